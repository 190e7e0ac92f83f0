import { framesOfCrop, guideCrop, type Lattice, type Level } from '@tessera/tiler';

/** Steps of a pass that read the level above: at `step`, the tiles of `lattice` read frames of step `guideStep`. */
export interface Reading {
  readonly lattice: Lattice;
  readonly guideStep: number;
}

/**
 * How often each frame of a level is read, by step and frame: what tells when a frame may be forgotten. Counted along
 * the two sides separately, since crops and frames are products.
 */
export function countFrameReaders(
  above: Level,
  ratio: number,
  downsample: number,
  readings: readonly Reading[],
): (step: number, frame: number) => number {
  const bySides = new Map<Lattice, { columns: Uint32Array; rows: Uint32Array }>();
  const byStep = new Map<number, { columns: Uint32Array; rows: Uint32Array }[]>();
  for (const { lattice, guideStep } of readings) {
    const sides = bySides.get(lattice) ?? countSides(above, lattice, ratio, downsample);
    bySides.set(lattice, sides);
    const counts = byStep.get(guideStep);
    if (counts === undefined) byStep.set(guideStep, [sides]);
    else counts.push(sides);
  }
  const across = above.lattice.columns.starts.length;
  return (step, frame) => {
    let readers = 0;
    for (const { columns, rows } of byStep.get(step) ?? [])
      readers += columns[frame % across]! * rows[Math.floor(frame / across)]!;
    return readers;
  };
}

function countSides(above: Level, lattice: Lattice, ratio: number, downsample: number) {
  const columns = new Uint32Array(above.lattice.columns.starts.length);
  const rows = new Uint32Array(above.lattice.rows.starts.length);
  const across = lattice.columns.starts.length;
  for (let c = 0; c < across; c++) {
    const frames = framesOfCrop(above, guideCrop(lattice, c, ratio, downsample), downsample);
    for (let i = frames.firstColumn; i <= frames.lastColumn; i++) columns[i]!++;
  }
  for (let r = 0; r < lattice.rows.starts.length; r++) {
    const frames = framesOfCrop(above, guideCrop(lattice, r * across, ratio, downsample), downsample);
    for (let i = frames.firstRow; i <= frames.lastRow; i++) rows[i]!++;
  }
  return { columns, rows };
}
