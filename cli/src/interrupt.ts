/** Package runners pass Ctrl-C on to a child that the terminal has told already: two signals this close are one, ms. */
const SAME_KEY_PRESS = 300;

/**
 * A signal that the first Ctrl-C (or SIGTERM) aborts, so that work stops cleanly; the second ends the process at once.
 * `onFirst` says so to the user.
 */
export function interruptible(onFirst: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = () => {
    if (first === undefined) {
      first = performance.now();
      onFirst();
      controller.abort();
    } else if (performance.now() - first > SAME_KEY_PRESS) {
      process.exit(130);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const release = () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  return { signal: controller.signal, release };
}
