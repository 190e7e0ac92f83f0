import type { LatticeShape } from '@tessera/tiler';

/** Windows of `size` latent positions, `stride` apart. */
export function windowShape(size: number, stride: number): LatticeShape {
  return { size, stride, cell: gcd(size, stride) };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
