/** What a job says of how far it is. Seconds since it started or went on. */
export interface Progress {
  readonly tileSteps: number;
  readonly totalTileSteps: number;
  readonly decoded: number;
  readonly totalDecodes: number;
  readonly seconds: number;
}

/** Speed and time left, from what was done since the first report: work of an earlier process must not count. */
export class Pace {
  #first: Progress | undefined;

  /** Part done, 0..1; tile-steps a second; seconds left, undefined until there is something to judge by. */
  of(now: Progress): { part: number; tileStepsPerSecond: number; secondsLeft: number | undefined } {
    this.#first ??= now;
    const first = this.#first;
    const total = now.totalTileSteps + now.totalDecodes;
    const done = now.tileSteps + now.decoded;
    const seconds = now.seconds - first.seconds;
    const doneHere = done - first.tileSteps - first.decoded;
    return {
      part: total === 0 ? 1 : done / total,
      tileStepsPerSecond: seconds > 0 ? (now.tileSteps - first.tileSteps) / seconds : 0,
      secondsLeft: doneHere > 0 && seconds > 0 ? ((total - done) * seconds) / doneHere : undefined,
    };
  }
}

/** "45 s", "3 min 20 s", "2 h 05 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
