import { residentMiB } from '@tessera/cli/testing';

/** Slope of a line through points by least squares, in y a unit of x; 0 for fewer than two points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  const spread = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / spread;
}

/** What a process took. */
export interface NotedMemory {
  readonly peakMiB: number;
  readonly slopeMiBPerMinute: number;
  readonly minutesMiB: readonly number[];
}

/** Notes a process's memory every few seconds until it is stopped. */
export class MemoryWatch {
  readonly #points: [seconds: number, mib: number][] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #start = performance.now();

  constructor(pid: number, everySeconds: number) {
    const note = async () => {
      const mib = await residentMiB(pid).catch(() => undefined);
      if (mib !== undefined) this.#points.push([(performance.now() - this.#start) / 1000, mib]);
    };
    this.#timer = setInterval(note, everySeconds * 1000);
  }

  /** The largest, the slope in MiB a minute after `warmUp` seconds, and the median of each minute. */
  stop(warmUp: number): NotedMemory {
    clearInterval(this.#timer);
    const later = this.#points.filter(([seconds]) => seconds >= warmUp);
    return {
      peakMiB: Math.max(...this.#points.map(([, mib]) => mib)),
      slopeMiBPerMinute: slope(later) * 60,
      minutesMiB: medians(this.#points, 60),
    };
  }
}

/** Medians of the values of each `span` of the first coordinate, from 0 on; spans without points are left out. */
export function medians(points: readonly (readonly [x: number, y: number])[], span: number): number[] {
  const spans = new Map<number, number[]>();
  for (const [x, y] of points)
    spans.set(Math.floor(x / span), [...(spans.get(Math.floor(x / span)) ?? []), y]);
  return [...spans.values()].map((values) => values.sort((a, b) => a - b)[values.length >> 1]!);
}
