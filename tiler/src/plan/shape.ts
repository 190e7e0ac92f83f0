import { TesseraError } from '../error/tessera-error.js';
import type { LatticeShape } from './lattice.js';

/** How neighbouring tiles agree: overlapping and averaged, or adjoining and moved every step. */
export type FusionName = 'overlap' | 'shift';

export const FUSION_NAMES: readonly FusionName[] = ['overlap', 'shift'];

/**
 * Latent positions by which strides and shifts are counted: 8, or a quarter of a small tile. It bounds how small cells
 * become, and with it the cost of a tile-step's bookkeeping.
 */
export function shiftQuantum(size: number): number {
  return Math.max(1, Math.min(8, Math.floor(size / 4)));
}

/**
 * Stride and cell of a lattice of tiles `size` latent positions wide that overlap by the fraction `overlap` of a
 * tile, [0, 0.75], rounded to the shift quantum; `shift` fusion does not overlap. Throws TESSERA_BAD_ARGUMENT.
 */
export function latticeShape(size: number, overlap: number, fusion: FusionName): LatticeShape {
  if (!(overlap >= 0 && overlap <= 0.75))
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      '--overlap',
      'a fraction of a tile from 0 to 0.75',
      overlap,
    );
  const quantum = shiftQuantum(size);
  const wanted = fusion === 'shift' ? size : Math.round((size * (1 - overlap)) / quantum) * quantum;
  const stride = Math.min(size, Math.max(quantum, wanted));
  return { size, stride, cell: gcd(gcd(size, stride), quantum) };
}

/**
 * A denser lattice over a canvas laid out for `shape`: tiles a `parts`-th of their size apart, or the nearest smaller stride
 * that meets both the cells and the edge. Four parts are the reference's post-pass and decoding (algorithm.md).
 */
export function denserShape({ size, stride, cell }: LatticeShape, parts: number): LatticeShape {
  for (let denser = Math.floor(size / parts / cell) * cell; denser > cell; denser -= cell) {
    if (stride % denser === 0) return { size, stride: denser, cell };
  }
  return { size, stride: cell, cell };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
