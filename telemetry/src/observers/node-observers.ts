import type { CallObserver, NodeObserver } from '@tessera/gpu-node';

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
