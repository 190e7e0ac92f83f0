import type { JobView } from '@tessera/coordinator/schema/job.js';
import { Icon, type IconName } from '../app/icons.js';
import type { Shown } from '../link/view-link.js';
import { shown } from '../session/view.js';
import type { WatchedJob } from '../session/watched-job.js';
import { currentView } from './current-view.js';

/** What can be shown over the picture, by the key that toggles it. */
export const TOGGLES = {
  g: { icon: 'grid', name: 'Tiles', is: ({ grid }: Shown) => grid, to: (on: boolean) => ({ grid: on }) },
  s: {
    icon: 'steps',
    name: 'Steps',
    is: ({ tint }: Shown) => tint === 'steps',
    to: (on: boolean) => ({ tint: on ? 'steps' : 'none' }) as const,
  },
  n: {
    icon: 'nodes',
    name: 'Nodes',
    is: ({ tint }: Shown) => tint === 'nodes',
    to: (on: boolean) => ({ tint: on ? 'nodes' : 'none' }) as const,
  },
  d: {
    icon: 'difference',
    name: 'Difference',
    is: ({ difference }: Shown) => difference,
    to: (on: boolean) => ({ difference: on }),
  },
} as const satisfies Record<
  string,
  { icon: IconName; name: string; is: (now: Shown) => boolean; to: (on: boolean) => Partial<Shown> }
>;

export type ToggleKey = keyof typeof TOGGLES;

const ABOUT: Readonly<Record<ToggleKey, string>> = {
  g: 'The lattice of tiles',
  s: 'How many steps each place has made',
  n: 'Which node worked where',
  d: 'How far the finest level is from the one that guides it',
};

/** Turns one of them on or off. */
export function toggle(key: ToggleKey): void {
  const { is, to } = TOGGLES[key];
  shown.value = { ...shown.value, ...to(!is(shown.value)) };
}

/** Toggles, levels and zoom. */
export function Tools({ watched }: { readonly watched: WatchedJob }) {
  const job = watched.job.value;
  const view = currentView.value;
  return (
    <div class="float tools" role="toolbar" aria-label="What is shown">
      <div class="set">
        {(Object.keys(TOGGLES) as ToggleKey[]).map((key) => {
          const { icon, name, is } = TOGGLES[key];
          return (
            <button
              type="button"
              class="button"
              key={key}
              aria-pressed={is(shown.value)}
              aria-label={name}
              title={`${ABOUT[key]} (${key.toUpperCase()})`}
              disabled={key === 'd' && !watched.hasLevels.value}
              onClick={() => toggle(key)}
            >
              <Icon name={icon} />
              <span class="words">{name}</span>
            </button>
          );
        })}
      </div>
      {watched.hasLevels.value && job && job.levels.length > 1 && <Levels levels={job.levels} />}
      <div class="set">
        <Zoom name="Zoom in" icon="plus" onClick={() => view?.zoomBy(1.6)} />
        <Zoom name="Zoom out" icon="minus" onClick={() => view?.zoomBy(1 / 1.6)} />
        <Zoom name="The whole picture" icon="whole" onClick={() => view?.whole()} />
      </div>
    </div>
  );
}

function Levels({ levels }: { readonly levels: JobView['levels'] }) {
  const choose = (level: number | undefined) => {
    shown.value = { ...shown.value, level };
  };
  const option = (level: number | undefined, name: string) => (
    <button
      type="button"
      class="button"
      aria-pressed={shown.value.level === level}
      onClick={() => choose(level)}
    >
      {name}
    </button>
  );
  return (
    <fieldset class="set" aria-label="Level">
      {option(undefined, 'All')}
      {levels.map(({ index, power, scale }) =>
        option(index, power === undefined ? `1:${scale}` : `${power}×`),
      )}
    </fieldset>
  );
}

function Zoom({
  name,
  icon,
  onClick,
}: {
  readonly name: string;
  readonly icon: IconName;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" class="button" aria-label={name} title={name} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
