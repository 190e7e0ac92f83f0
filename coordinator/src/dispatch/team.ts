import type { Others, Worker } from './share.js';

/** Workers added up once and told of all but one of them: a thousand nodes are each asked about all others. */
export class Team {
  readonly #workers = new Set<Worker>();
  #idle = 0;
  #speed = 0;
  #speedOfIdle = 0;
  #underWay = 0;
  /** The two that could soonest have done one task more; undefined while that is not known. */
  #soonest: readonly Worker[] | undefined;

  add(worker: Worker): void {
    this.#workers.add(worker);
    this.#count(worker, 1);
  }

  /** Puts one that has changed in the place of what it was; nothing where that is no member. */
  replace(before: Worker, after: Worker): void {
    if (!this.#workers.delete(before)) return;
    this.#count(before, -1);
    this.add(after);
  }

  /** All but one. */
  without(worker: Worker): Others {
    const member = this.#workers.has(worker);
    const speed = member ? 1 / worker.secondsPerTask : 0;
    const idle = member && worker.idle;
    this.#soonest ??= twoSoonest(this.#workers);
    const [first, second] = this.#soonest;
    const next = first === worker ? second : first;
    // Nothing is left of nobody: sums of what was added and taken away again need not be 0.
    const nobody = this.#workers.size === (member ? 1 : 0);
    return {
      speed: nobody ? 0 : this.#speed - speed,
      speedOfIdle: this.#idle === (idle ? 1 : 0) ? 0 : this.#speedOfIdle - (idle ? speed : 0),
      underWay: nobody ? 0 : this.#underWay - worker.backlog * speed,
      soonest: next === undefined ? Number.POSITIVE_INFINITY : doneOneMore(next),
    };
  }

  #count(worker: Worker, sign: 1 | -1): void {
    const speed = sign / worker.secondsPerTask;
    this.#speed += speed;
    this.#underWay += worker.backlog * speed;
    if (worker.idle) {
      this.#speedOfIdle += speed;
      this.#idle += sign;
    }
    this.#soonest = undefined;
  }
}

function doneOneMore({ backlog, secondsPerTask }: Worker): number {
  return backlog + secondsPerTask;
}

function twoSoonest(workers: Iterable<Worker>): Worker[] {
  let first: Worker | undefined;
  let second: Worker | undefined;
  for (const worker of workers) {
    if (first === undefined || doneOneMore(worker) < doneOneMore(first)) {
      second = first;
      first = worker;
    } else if (second === undefined || doneOneMore(worker) < doneOneMore(second)) second = worker;
  }
  return [first, second].filter((worker) => worker !== undefined);
}
