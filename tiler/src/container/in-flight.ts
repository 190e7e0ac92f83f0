/** Runs a few tasks at a time and remembers the first failure. */
export class InFlight {
  private readonly limit: number;
  private readonly running = new Set<Promise<void>>();
  private failed = false;
  private failure: unknown;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Starts a task once there is room. Rejects with the failure of an earlier one. */
  async start(task: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.limit) await Promise.race(this.running);
    this.throwFailure();
    const run: Promise<void> = task()
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Resolves when nothing runs any more. Rejects with the first failure, if any. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
    this.throwFailure();
  }

  private fail(error: unknown): void {
    if (!this.failed) this.failure = error;
    this.failed = true;
  }

  private throwFailure(): void {
    if (this.failed) throw this.failure;
  }
}
