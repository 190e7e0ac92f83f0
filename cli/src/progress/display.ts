import { Presets, SingleBar } from 'cli-progress';
import { duration, Pace, type Progress } from './pace.js';

/** Shows how far a job is; `stop` leaves the terminal as it was. */
export interface Display {
  show(progress: Progress): void;
  stop(): void;
}

/** A bar on a terminal, a line every `every` seconds elsewhere. Both go to `stream`, standard error mostly. */
export function display(stream: NodeJS.WritableStream & { isTTY?: boolean }, every = 5): Display {
  return stream.isTTY ? bar(stream) : lines(stream, every);
}

/** Shows nothing: --json. */
export const NO_DISPLAY: Display = { show() {}, stop() {} };

function bar(stream: NodeJS.WritableStream): Display {
  const pace = new Pace();
  const format = '{bar} {percentage}% | {value}/{total} tile-steps | {speed}/s | {left}';
  const single = new SingleBar(
    { format, stream, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  let started = false;
  return {
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
      if (started) single.stop();
    },
  };
}

function lines(stream: NodeJS.WritableStream, every: number): Display {
  const pace = new Pace();
  let shown = Number.NEGATIVE_INFINITY;
  return {
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
