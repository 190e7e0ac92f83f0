/** Index into `length` samples that stand for an endless row by mirroring: ... 1 0 | 0 1 2 ... n-1 | n-1 n-2 ... */
export function mirror(index: number, length: number): number {
  const period = 2 * length;
  const inside = ((index % period) + period) % period;
  return inside < length ? inside : period - 1 - inside;
}
