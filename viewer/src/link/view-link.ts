/** What the picture is shown with. */
export interface Shown {
  /** Level shown: 0 the finest; undefined the best there is of all. */
  readonly level: number | undefined;
  readonly grid: boolean;
  /** Colour over the picture. */
  readonly tint: 'none' | 'steps' | 'nodes';
  /** Difference between a level and the one that guides it. */
  readonly difference: boolean;
}

/** Where on the picture one looks: centre in px of the finest level, and screen px (CSS) for each of those. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** A view that can be sent to somebody: the address behind `#`. */
export interface ViewLink {
  readonly job: string | undefined;
  readonly place: Place | undefined;
  readonly shown: Shown;
}

export const NOTHING_SHOWN: Shown = { level: undefined, grid: false, tint: 'none', difference: false };

/** The address of a view, without `#`; empty if nothing is chosen. */
export function writeLink({ job, place, shown }: ViewLink): string {
  const link = new URLSearchParams();
  if (job !== undefined) link.set('job', job);
  if (place !== undefined) {
    link.set('x', place.x.toFixed(0));
    link.set('y', place.y.toFixed(0));
    link.set('z', place.zoom.toPrecision(4).replace(/\.?0+$/, ''));
  }
  if (shown.level !== undefined) link.set('level', `${shown.level}`);
  const marks = [
    ...(shown.grid ? ['grid'] : []),
    ...(shown.tint === 'none' ? [] : [shown.tint]),
    ...(shown.difference ? ['difference'] : []),
  ];
  if (marks.length > 0) link.set('show', marks.join('.'));
  return link.toString();
}

/** Reads what `writeLink` wrote. What makes no sense is left out: a link that somebody cut short still opens. */
export function readLink(hash: string): ViewLink {
  const link = new URLSearchParams(hash.replace(/^#/, ''));
  const number = (name: string) => {
    const text = link.get(name);
    const value = text === null || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : undefined;
  };
  const [x, y, zoom, level] = [number('x'), number('y'), number('z'), number('level')];
  const show = (link.get('show') ?? '').split('.');
  return {
    job: link.get('job') || undefined,
    place: x === undefined || y === undefined || !zoom || zoom < 0 ? undefined : { x, y, zoom },
    shown: {
      level: level !== undefined && Number.isInteger(level) && level >= 0 ? level : undefined,
      grid: show.includes('grid'),
      tint: show.includes('steps') ? 'steps' : show.includes('nodes') ? 'nodes' : 'none',
      difference: show.includes('difference'),
    },
  };
}
