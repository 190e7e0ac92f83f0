import { Presets, SingleBar } from 'cli-progress';
import { duration, Pace, type Progress } from './pace.js';

/** How far the starting content is that a job waits for. Seconds since it was begun. */
export interface Preparation {
  readonly what: 'layout' | 'embeddings';
  readonly done: number;
  readonly total: number;
  readonly seconds: number;
}

/** Shows how far a job is; `stop` leaves the terminal as it was. */
export interface Display {
  /** Before the job; shown only where it takes long. */
  prepare(preparation: Preparation): void;
  show(progress: Progress): void;
  stop(): void;
}

/** A bar on a terminal, a line every `every` seconds elsewhere. Both go to `stream`, standard error mostly. */
export function display(stream: NodeJS.WritableStream & { isTTY?: boolean }, every = 5): Display {
  return stream.isTTY ? bar(stream) : lines(stream, every);
}

/** Shows nothing: --json. */
export const NO_DISPLAY: Display = { prepare() {}, show() {}, stop() {} };

/** Seconds of preparation that nobody is told of. */
const SOON = 1;

function bar(stream: NodeJS.WritableStream): Display {
  const pace = new Pace();
  const make = (format: string) =>
    new SingleBar({ format, stream, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  const single = make('{bar} {percentage}% | {value}/{total} tile-steps | {speed}/s | {left}');
  const before = make('{bar} {percentage}% | {value}/{total} {what}');
  let started = false;
  return {
    prepare({ what, done, total, seconds }) {
      if (seconds < SOON && !before.isActive) return;
      if (before.isActive) before.update(done);
      else before.start(total, done, { what: what === 'layout' ? 'evaluations of the layout' : what });
      if (done === total) before.stop();
    },
    show(progress) {
      const { tileStepsPerSecond, secondsLeft } = pace.of(progress);
      const payload = {
        speed: tileStepsPerSecond.toFixed(1),
        left: secondsLeft === undefined ? '' : `${duration(secondsLeft)} left`,
      };
      if (!started) single.start(progress.totalTileSteps, progress.tileSteps, payload);
      else single.update(progress.tileSteps, payload);
      started = true;
    },
    stop() {
      before.stop();
      if (started) single.stop();
    },
  };
}

function lines(stream: NodeJS.WritableStream, every: number): Display {
  const pace = new Pace();
  let shown = Number.NEGATIVE_INFINITY;
  let prepared = 0;
  return {
    prepare({ what, done, total, seconds }) {
      if (seconds - prepared < every) return;
      prepared = seconds;
      stream.write(`${what}: ${done}/${total}\n`);
    },
    show(progress) {
      const complete =
        progress.decoded === progress.totalDecodes && progress.tileSteps === progress.totalTileSteps;
      if (progress.seconds - shown < every && !complete) return;
      shown = progress.seconds;
      stream.write(`${line(progress, pace)}\n`);
    },
    stop() {},
  };
}

function line(progress: Progress, pace: Pace): string {
  const { part, tileStepsPerSecond, secondsLeft } = pace.of(progress);
  const { tileSteps, totalTileSteps, decoded, totalDecodes } = progress;
  const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`;
  return `${Math.floor(part * 100)} %: ${tileSteps}/${totalTileSteps} tile-steps (${tileStepsPerSecond.toFixed(1)}/s), ${decoded}/${totalDecodes} tiles decoded${left}`;
}
