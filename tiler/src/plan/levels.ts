import type { Manifest } from '../bundle/manifest.js';
import { TesseraError } from '../error/tessera-error.js';
import { type Lattice, type LatticeShape, regularLattice } from './lattice.js';

/** One entry of a bundle's `magnifications`. */
export type Magnification = Manifest['magnifications'][number];

/** Longest side of a canvas, px: the largest that a level plan and the 32-bit cell counters are tried at. */
export const MAX_SIDE = 131_072;

/** One level of the pyramid. Level 0 is the finest; the level above a level is the next coarser one. */
export interface Level {
  readonly index: number;
  readonly magnification: Magnification;
  /** Sides of the part that is asked for, px of this level; the lattice covers at least one tile and this. */
  readonly width: number;
  readonly height: number;
  /** Its tiles when they are not shifted; guide frames always lie on these. */
  readonly lattice: Lattice;
  /** Scale of the level above over this one's; undefined at the top. */
  readonly ratio: number | undefined;
}

/** What decides the levels, besides the bundle. */
export interface LevelRequest {
  /** Canvas at the finest level, px. */
  readonly width: number;
  readonly height: number;
  /** Bundle scale of the finest level. */
  readonly scale: number;
  /** Whether coarser levels guide the finest; without, there is only the one. */
  readonly guided: boolean;
  readonly shape: LatticeShape;
}

/**
 * The levels of a canvas, finest first (design.md, "Levels"). Throws TESSERA_BAD_ARGUMENT for a size that is not
 * 1..131,072 whole px or a scale the bundle lacks, TESSERA_PLAN_REFUSED where a guide crop would not start on a whole px.
 */
export function planLevels(request: LevelRequest, manifest: Manifest): Level[] {
  checkSize(request);
  const scales = levelScales(request, manifest);
  return scales.map((magnification, index) => {
    const over = magnification.scale / request.scale;
    const width = Math.max(manifest.tile.pixels, Math.ceil(request.width / over));
    const height = Math.max(manifest.tile.pixels, Math.ceil(request.height / over));
    const { downsample } = manifest.tile;
    const lattice = regularLattice(
      Math.ceil(width / downsample),
      Math.ceil(height / downsample),
      request.shape,
    );
    const above = scales[index + 1];
    return {
      index,
      magnification,
      width,
      height,
      lattice,
      ratio: above && ratioOf(magnification, above, manifest),
    };
  });
}

function checkSize({ width, height }: LevelRequest): void {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
      throw TesseraError.expected(
        'TESSERA_BAD_ARGUMENT',
        '--size',
        `WIDTHxHEIGHT of 1 to ${MAX_SIDE} px`,
        `${width}x${height}`,
      );
    }
  }
}

function levelScales({ width, height, scale, guided }: LevelRequest, manifest: Manifest): Magnification[] {
  const known = [...manifest.magnifications].sort((a, b) => a.scale - b.scale);
  const finest = known.find((magnification) => magnification.scale === scale);
  if (finest === undefined) {
    const all = known.map((magnification) => magnification.scale).join(', ');
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', '--power', `a magnification of scale ${all}`, scale);
  }
  const covers = (m: Magnification) => Math.max(width, height) <= (manifest.tile.pixels * m.scale) / scale;
  const chosen = [finest];
  if (!guided) return chosen;
  const ceiling = known.find((m) => m.scale >= scale && covers(m))?.scale ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const below = chosen.at(-1)!;
    if (covers(below)) return chosen;
    const next = known
      .filter((m) => m.scale > below.scale && m.scale <= Math.min(4 * below.scale, ceiling))
      .at(-1);
    if (next === undefined) return chosen;
    chosen.push(next);
  }
}

function ratioOf(below: Magnification, above: Magnification, { tile }: Manifest): number {
  const ratio = above.scale / below.scale;
  if (!Number.isInteger(ratio) || tile.downsample % ratio !== 0) {
    throw new TesseraError(
      'TESSERA_PLAN_REFUSED',
      `Expected neighbouring scales whose ratio divides the bundle's downsample of ${tile.downsample} but got ${below.scale} and ${above.scale}: a guide crop would not start on a whole pixel`,
      { field: 'manifest.json: magnifications' },
    );
  }
  return ratio;
}
