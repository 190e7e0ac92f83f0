import { effect, signal } from '@preact/signals';

export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'tessera.theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const systemDark = signal(system.matches);
system.addEventListener('change', ({ matches }) => {
  systemDark.value = matches;
});

/** What the person chose; kept in the browser. */
export const themeChoice = signal<ThemeChoice>(remembered());

/** Keeps the root element's `data-theme` in step with the choice and the system. */
export function followTheme(): void {
  effect(() => {
    const choice = themeChoice.value;
    document.documentElement.dataset.theme =
      choice === 'system' ? (systemDark.value ? 'dark' : 'light') : choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // A browser that keeps nothing for us still shows the page.
    }
  });
}

/** Whether the page is dark as it is now. */
export function isDark(): boolean {
  return themeChoice.value === 'system' ? systemDark.value : themeChoice.value === 'dark';
}

function remembered(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}
