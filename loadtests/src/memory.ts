import { readFile } from 'node:fs/promises';

/** Resident memory of a process, MiB (Linux: `VmRSS` of /proc). */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1024;
}

/** Slope of a line through points by least squares, in y a unit of x; 0 for fewer than two points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  const spread = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / spread;
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

  /** The largest, and the slope in MiB a minute after `warmUp` seconds. */
  stop(warmUp: number): { peakMiB: number; slopeMiBPerMinute: number } {
    clearInterval(this.#timer);
    const later = this.#points.filter(([seconds]) => seconds >= warmUp);
    return {
      peakMiB: Math.max(...this.#points.map(([, mib]) => mib)),
      slopeMiBPerMinute: slope(later) * 60,
    };
  }
}
