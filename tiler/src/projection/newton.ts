import { GuideResidual } from './guide-residual.js';
import { largest } from './largest.js';
import type { GuidedTiles, TileGraphs } from './tile-graphs.js';
import { tileOf } from './tile-of.js';

/** Settings of `newton`, under algorithm.md's letters. The paper: K 10, h 0.005, lambda 0.5. */
export interface NewtonSettings {
  /** K: iterations. */
  readonly iterations: number;
  /** h: length of the forward differences. */
  readonly step: number;
  /** lambda: how far an iteration moves the farthest value of x. */
  readonly rate: number;
}

/**
 * The guidance of ZoomLDM's joint sampling: an inexact Newton step on x that pulls the decoded estimate towards the
 * guide, with forward differences through encoder and denoiser in place of back-propagation (arXiv 2410.18804;
 * algorithm.md, "Joint multi-scale sampling"). Costs 2K estimates, K decodes and 2K encodes. Every tile is normalised
 * by its own largest value; one whose residual is exactly zero, or that nothing moves, is left as it is from then on.
 * Returns new arrays.
 */
export async function newton(
  graphs: TileGraphs,
  { batch, guide, ratio, iterations, step, rate, ...from }: GuidedTiles & NewtonSettings,
): Promise<{ x: Float32Array; x0: Float32Array }> {
  const x = from.x.slice();
  const x0 = from.x0.slice();
  const residual = GuideResidual.of({ guide, batch, ratio });
  const moved = new Float32Array(x.length);
  let picture: Float32Array | undefined;
  let active = Array.from({ length: batch }, (_, tile) => tile);

  for (let k = 0; k < iterations; k++) {
    const u = await graphs.decode(x0);
    picture ??= new Float32Array(u.length);
    // r, the lifted residual; the moved picture u + h r / max|r| takes its place.
    active = active.filter((tile) => {
      const r = tileOf(picture!, batch, tile);
      const image = tileOf(u, batch, tile);
      const most = residual.lift(image, tileOf(guide, batch, tile), r);
      if (most !== 0) addScaled(image, step / most, r, r);
      return most !== 0;
    });
    if (active.length === 0) break;
    const z = (await graphs.encode(u)).slice();
    const e = await graphs.encode(picture);
    // e = E(u + h r) - E(u), then x + h e / max|e|.
    active = active.filter((tile) => {
      const change = tileOf(z, batch, tile);
      subtract(tileOf(e, batch, tile), change, change);
      const most = largest(change);
      if (most !== 0) addScaled(tileOf(x, batch, tile), step / most, change, tileOf(moved, batch, tile));
      return most !== 0;
    });
    if (active.length === 0) break;
    // g, up to the 1/h that its normalisation would take away again.
    const ahead = await graphs.estimate(moved);
    active = active.filter((tile) => {
      const g = tileOf(moved, batch, tile);
      const most = largest(subtract(tileOf(ahead, batch, tile), tileOf(x0, batch, tile), g));
      const position = tileOf(x, batch, tile);
      if (most !== 0) addScaled(position, rate / most, g, position);
      return most !== 0;
    });
    if (active.length === 0) break;
    const estimate = await graphs.estimate(x);
    for (const tile of active) tileOf(x0, batch, tile).set(tileOf(estimate, batch, tile));
  }
  return { x, x0 };
}

/** out = a + factor * b. */
function addScaled(a: Float32Array, factor: number, b: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! + factor * b[i]!;
}

/** out = a - b. */
function subtract(a: Float32Array, b: Float32Array, out: Float32Array): Float32Array {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! - b[i]!;
  return out;
}
