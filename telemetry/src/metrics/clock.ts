/** Seconds from any origin, never going back; a test's own, or the machine's. */
export type Now = () => number;

export const MONOTONIC: Now = () => performance.now() / 1000;
