import { connected } from '../session/link-state.js';
import { type ThemeChoice, themeChoice } from '../theme/theme.js';
import { Icon, Mark } from './icons.js';

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const;
const NAMES = { system: 'as the system', light: 'light', dark: 'dark' } as const;

/** The page's head: name, connection, light or dark, keys. */
export function Bar({ onHelp }: { readonly onHelp: () => void }) {
  const theme = themeChoice.value;
  return (
    <header class="bar">
      <h1 class="mark">
        <Mark />
        Tessera
      </h1>
      <span class="push" />
      <span class="link-state" data-state={connected.value ? 'live' : 'lost'}>
        {connected.value ? 'Live' : 'Connection lost, trying again'}
      </span>
      <button
        type="button"
        class="button plain"
        aria-label={`Colours: ${NAMES[theme]}. Change to ${NAMES[NEXT[theme]]}`}
        title={`Colours: ${NAMES[theme]}`}
        onClick={() => {
          themeChoice.value = NEXT[theme];
        }}
      >
        <Icon name={ICONS[theme]} />
      </button>
      <button type="button" class="button plain" aria-label="Keys" title="Keys (?)" onClick={onHelp}>
        ?
      </button>
    </header>
  );
}
