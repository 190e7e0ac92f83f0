import { currentView } from '../canvas/current-view.js';
import { TOGGLES, type ToggleKey, toggle } from '../canvas/tools.js';
import { pane, shown, watched } from '../session/view.js';

/** Part of what is in sight that an arrow key moves by. */
const STEP = 0.15;

/** What keys do, for the list that `?` shows. */
export const SHORTCUTS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['←', '↑', '→', '↓'], 'Move the picture'],
  [['+', '−'], 'Zoom'],
  [['0'], 'The whole picture'],
  [['G'], 'Tiles'],
  [['S'], 'Steps made'],
  [['N'], 'Nodes'],
  [['D'], 'Difference to the guide, while it is made'],
  [['L'], 'Next level, while it is made'],
  [['R'], 'A new picture'],
  [['?'], 'This list'],
];

/** Answers keys wherever nothing else takes them, until the page is left. */
export function followKeys(showHelp: () => void): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.closest('input, select, textarea, dialog, .painter')) return;
    const act = actionOf(event.key, target);
    if (act === undefined) return;
    event.preventDefault();
    act(showHelp);
  });
}

function actionOf(key: string, target: HTMLElement): ((showHelp: () => void) => void) | undefined {
  const view = currentView.value;
  switch (key) {
    case '?':
      return (showHelp) => showHelp();
    case 'r':
      return () => {
        pane.value = 'new';
        requestAnimationFrame(() => document.querySelector<HTMLElement>('#field-width')?.focus());
      };
    case '+':
    case '=':
      return () => view?.zoomBy(1.6);
    case '-':
      return () => view?.zoomBy(1 / 1.6);
    case '0':
      return () => view?.whole();
    case 'l':
      return nextLevel;
  }
  if (key in TOGGLES && (key !== 'd' || running())) return () => toggle(key as ToggleKey);
  // Arrows belong to lists and other scrolled things where these have the focus.
  const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[
    key
  ];
  if (moves === undefined || target.closest('.jobs, .new, .lanes')) return undefined;
  return () => view?.panBy(moves[0]!, moves[1]!);
}

function nextLevel(): void {
  if (!running()) return;
  const { level } = shown.value;
  const next = level === undefined ? 0 : level + 1;
  const { length } = watched.value!.levels;
  shown.value = { ...shown.value, level: next < length ? next : undefined };
}

function running(): boolean {
  return watched.value?.job.value?.state === 'running';
}
