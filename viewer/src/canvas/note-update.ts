/** Marks of a name that are kept, so that a page that is open for days does not grow. */
const KEPT = 2000;

const counts = new Map<string, number>();

/**
 * Notes in the browser's own performance timeline how far the page was behind the coordinator when it heard of something new in the
 * picture, and when a tile showed it: marks named `tessera-heard` and `tessera-shown` with `detail.behind`, ms. True where both
 * clocks are one.
 */
export function noteUpdate(what: 'heard' | 'shown', at: number): void {
  const name = `tessera-${what}`;
  const count = (counts.get(name) ?? 0) + 1;
  if (count > KEPT) performance.clearMarks(name);
  counts.set(name, count > KEPT ? 1 : count);
  performance.mark(name, { detail: { behind: Date.now() - at } });
}
