/** Delays before another try, ms; the last one repeats. */
const DELAYS = [250, 500, 1000, 2000];

/** What one connection does: connects, and calls `onLost` when it ends without having been asked to. */
export type Connect = (
  events: { onLive: () => void; onLost: () => void },
  signal: AbortSignal,
) => Promise<void>;

/**
 * Connects, again and again, until `signal` aborts: after a failure with growing delays, and not while nobody sees the page, since a
 * browser has six connections to a host for all its tabs. `onChange` hears whether it is connected.
 */
export function keepConnected(
  connect: Connect,
  onChange: (live: boolean) => void,
  signal: AbortSignal,
): void {
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = new AbortController();

  const start = () => {
    if (signal.aborted || document.hidden) return;
    attempt.abort();
    const current = new AbortController();
    attempt = current;
    const lost = () => {
      if (current.signal.aborted) return;
      current.abort();
      onChange(false);
      timer = setTimeout(start, DELAYS[Math.min(tries++, DELAYS.length - 1)]);
    };
    const onLive = () => {
      tries = 0;
      if (!current.signal.aborted) onChange(true);
    };
    connect({ onLive, onLost: lost }, current.signal).catch(lost);
  };
  const onVisibility = () => {
    clearTimeout(timer);
    if (document.hidden) attempt.abort();
    else start();
  };

  document.addEventListener('visibilitychange', onVisibility);
  signal.addEventListener('abort', () => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(timer);
    attempt.abort();
  });
  start();
}
