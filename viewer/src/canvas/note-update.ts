/** Marks kept, so that a page that is open for days does not grow. */
const KEPT = 2000;

let marks = 0;

/**
 * Notes in the browser's own performance timeline how far a tile was behind the coordinator when it showed something new: marks named
 * `tessera-update` with `detail.behind`, ms. True where both clocks are one, as in the browser test.
 */
export function noteUpdate(at: number): void {
  if (++marks > KEPT) {
    performance.clearMarks('tessera-update');
    marks = 1;
  }
  performance.mark('tessera-update', { detail: { behind: Date.now() - at } });
}
