import type { BatchObserver, CoordinatorObserver, RunObserver } from './observer.js';

/** Several observers as one, told in this order. */
export function together(...observers: readonly CoordinatorObserver[]): CoordinatorObserver {
  return {
    node: (node) => tell(observers, (one) => one.node(node)),
    job: (job) => tell(observers, (one) => one.job(job)),
    run: (run) => runsTogether(observers.map((one) => one.run(run))),
  };
}

function runsTogether(runs: readonly RunObserver[]): RunObserver {
  return {
    awaitsGuide: (task) => tell(runs, (one) => one.awaitsGuide(task)),
    queued: (task) => tell(runs, (one) => one.queued(task)),
    batch: (batch) => batchesTogether(runs.map((one) => one.batch(batch))),
    tileStep: (task) => tell(runs, (one) => one.tileStep(task)),
    window: () => tell(runs, (one) => one.window()),
    frameLost: () => tell(runs, (one) => one.frameLost()),
    failed: (...failure) => tell(runs, (one) => one.failed(...failure)),
    saved: (checkpoint) => tell(runs, (one) => one.saved(checkpoint)),
    written: (bytes) => tell(runs, (one) => one.written(bytes)),
    ended: (error) => tell(runs, (one) => one.ended(error)),
  };
}

function batchesTogether(batches: readonly BatchObserver[]): BatchObserver {
  return {
    headers: () => Object.assign({}, ...batches.map((one) => one.headers())),
    sent: () => tell(batches, (one) => one.sent()),
    answered: (work) => tell(batches, (one) => one.answered(work)),
    framePublished: (bytes) => tell(batches, (one) => one.framePublished(bytes)),
    applied: () => tell(batches, (one) => one.applied()),
    failed: (error) => tell(batches, (one) => one.failed(error)),
  };
}

function tell<T>(observers: readonly T[], what: (observer: T) => void): void {
  for (const observer of observers) what(observer);
}
