import { GuideResidual } from './guide-residual.js';
import type { GuidedTiles, TileGraphs } from './tile-graphs.js';
import { tileOf } from './tile-of.js';

/**
 * Back-projection of the estimate alone: x0 <- x0 + E(u + Up(G - Down u)) - E(u) with u = D(x0), `iterations` times
 * (algorithm.md). Costs a decode and two encodes an iteration and no denoiser call; x stays. A tile whose residual is
 * exactly zero is left as it is from then on. Returns a new array.
 */
export async function backprojection(
  graphs: TileGraphs,
  { batch, guide, ratio, ...from }: Omit<GuidedTiles, 'x'>,
  iterations: number,
): Promise<Float32Array> {
  const x0 = from.x0.slice();
  const residual = GuideResidual.of({ guide, batch, ratio });
  let corrected: Float32Array | undefined;
  let active = Array.from({ length: batch }, (_, tile) => tile);

  for (let k = 0; k < iterations; k++) {
    const u = await graphs.decode(x0);
    corrected ??= new Float32Array(u.length);
    active = active.filter((tile) => {
      const image = tileOf(u, batch, tile);
      const lifted = tileOf(corrected!, batch, tile);
      const most = residual.lift(image, tileOf(guide, batch, tile), lifted);
      for (let i = 0; i < lifted.length; i++) lifted[i]! += image[i]!;
      return most !== 0;
    });
    if (active.length === 0) break;
    const z = (await graphs.encode(u)).slice();
    const target = await graphs.encode(corrected);
    for (const tile of active) {
      const estimate = tileOf(x0, batch, tile);
      const before = tileOf(z, batch, tile);
      const after = tileOf(target, batch, tile);
      for (let i = 0; i < estimate.length; i++) estimate[i] = estimate[i]! + (after[i]! - before[i]!);
    }
  }
  return x0;
}
