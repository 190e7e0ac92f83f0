import type { BatchObserver, CoordinatorObserver, RunObserver } from '@tessera/coordinator';
import type { CallObserver, NodeObserver } from '@tessera/gpu-node';

/** Tells each of several observers, in their order. */
export function coordinatorObservers(all: readonly CoordinatorObserver[]): CoordinatorObserver {
  return {
    node: (...event) => tell(all, (observer) => observer.node(...event)),
    job: (...event) => tell(all, (observer) => observer.job(...event)),
    run: (run) => runObservers(all.map((observer) => observer.run(run))),
  };
}

function runObservers(all: readonly RunObserver[]): RunObserver {
  return {
    awaitsGuide: (...event) => tell(all, (observer) => observer.awaitsGuide(...event)),
    queued: (...event) => tell(all, (observer) => observer.queued(...event)),
    batch: (batch) => batchObservers(all.map((observer) => observer.batch(batch))),
    tileStep: (...event) => tell(all, (observer) => observer.tileStep(...event)),
    window: () => tell(all, (observer) => observer.window()),
    frameLost: () => tell(all, (observer) => observer.frameLost()),
    failed: (...event) => tell(all, (observer) => observer.failed(...event)),
    saved: (...event) => tell(all, (observer) => observer.saved(...event)),
    written: (...event) => tell(all, (observer) => observer.written(...event)),
    ended: (...event) => tell(all, (observer) => observer.ended(...event)),
  };
}

function batchObservers(all: readonly BatchObserver[]): BatchObserver {
  return {
    headers: () => Object.assign({}, ...all.map((observer) => observer.headers())),
    sent: () => tell(all, (observer) => observer.sent()),
    answered: (...event) => tell(all, (observer) => observer.answered(...event)),
    framePublished: (...event) => tell(all, (observer) => observer.framePublished(...event)),
    applied: () => tell(all, (observer) => observer.applied()),
    failed: (...event) => tell(all, (observer) => observer.failed(...event)),
  };
}

/** Tells each of several observers, in their order. */
export function nodeObservers(all: readonly NodeObserver[]): NodeObserver {
  return {
    bundle: (...event) => tell(all, (observer) => observer.bundle(...event)),
    device: (...event) => tell(all, (observer) => observer.device(...event)),
    call: (...event) => callObservers(all.map((observer) => observer.call(...event))),
  };
}

function callObservers(all: readonly CallObserver[]): CallObserver {
  return {
    gathered: () => tell(all, (observer) => observer.gathered()),
    computed: (...event) => tell(all, (observer) => observer.computed(...event)),
    ended: (...event) => tell(all, (observer) => observer.ended(...event)),
  };
}

function tell<T>(all: readonly T[], event: (observer: T) => void): void {
  for (const observer of all) event(observer);
}
