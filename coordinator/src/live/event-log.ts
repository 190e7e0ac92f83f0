/** What happened, as those who watch are told. */
export interface LoggedEvent {
  /** Counts up from 1. */
  readonly id: number;
  readonly event: string;
  /** JSON. */
  readonly data: string;
}

/**
 * The newest events of one job, for any number of readers at any pace: each asks for what came after the last that it has, so
 * that a slow one costs nothing. What is older than `most` events is forgotten.
 */
export class EventLog {
  readonly #most: number;
  readonly #wakes = new Set<() => void>();
  #events: LoggedEvent[] = [];
  #last = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Number of the newest event; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  add(event: string, data: object): void {
    this.#last++;
    this.#events.push({ id: this.#last, event, data: JSON.stringify(data) });
    // Cut in pieces: one at a time would move all of them each time.
    if (this.#events.length > 1.5 * this.#most) this.#events = this.#events.slice(-this.#most);
    for (const wake of [...this.#wakes]) wake();
  }

  /** Events after `id`, oldest first; undefined where some of them are forgotten, or `id` is of another log. */
  after(id: number): readonly LoggedEvent[] | undefined {
    if (id === this.#last) return [];
    const first = this.#events[0]?.id ?? this.#last + 1;
    if (id > this.#last || id + 1 < first) return undefined;
    return this.#events.slice(id + 1 - first);
  }

  /** Calls `wake` at every event; what it returns stops that. */
  onEvent(wake: () => void): () => void {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  }
}
