/** Time as the coordinator sees it: the machine's, or a test's. */
export interface Clock {
  /** Seconds from any origin; never goes back. */
  now(): number;
  /** Calls once after so many seconds; what it returns takes that back. */
  after(seconds: number, callback: () => void): () => void;
}

/** The machine's monotonic clock. Its timers do not keep a process alive. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now() / 1000,
  after(seconds, callback) {
    const timer = setTimeout(callback, seconds * 1000).unref();
    return () => clearTimeout(timer);
  },
};
