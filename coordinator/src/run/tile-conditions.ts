import { createHash } from 'node:crypto';
import { type EmbeddingGrid, type Magnification, type Manifest, tileGrid } from '@tessera/tiler';

/** What a tile shows, as the wire carries it: a digest always, the vectors when a node lacks them. */
export interface TileCondition {
  /** SHA-256 over the magnification index (uint32 little-endian) and the grid, 32 bytes. */
  readonly digest: Uint8Array;
  /** The digest in hex. */
  readonly id: string;
  /** Index of the magnification as the summarizer takes it. */
  readonly magnification: number;
  /** Raw vectors at the centres of the tile's sub-cells, E,g,g. */
  grid(): Float32Array;
}

/** Conditions of the tiles of one level. Recorded contexts of a parity pack are one, too. */
export interface TileConditions {
  /** Of the tile that starts at these latent positions. */
  at(x: number, y: number): TileCondition;
}

/** Conditions cut from the embedding grid of the canvas (design.md, "Context of a tile"). */
export class GridConditions implements TileConditions {
  readonly #grid: EmbeddingGrid;
  readonly #magnification: Magnification;
  readonly #tile: Manifest['tile'];
  /** Digests by position: a tile keeps its condition through all steps, its vectors are cut again when asked for. */
  readonly #known = new Map<number, TileCondition>();

  constructor(grid: EmbeddingGrid, magnification: Magnification, tile: Manifest['tile']) {
    this.#grid = grid;
    this.#magnification = magnification;
    this.#tile = tile;
  }

  at(x: number, y: number): TileCondition {
    const position = y * 2 ** 24 + x;
    let condition = this.#known.get(position);
    if (condition === undefined) {
      condition = this.#make(x, y);
      this.#known.set(position, condition);
    }
    return condition;
  }

  #make(x: number, y: number): TileCondition {
    const { index, scale, grid: gridSide } = this.#magnification;
    const { pixels, downsample } = this.#tile;
    const grid = () =>
      tileGrid(this.#grid, { scale, gridSide, tilePixels: pixels, x: x * downsample, y: y * downsample });
    const digest = conditionDigest(index, grid());
    return { digest, id: digest.toString('hex'), magnification: index, grid };
  }
}

/** Digest of a condition (see `Conditioning.digest` of the protocol). */
export function conditionDigest(magnification: number, grid: Float32Array): Buffer {
  const index = Buffer.alloc(4);
  index.writeUInt32LE(magnification);
  return createHash('sha256')
    .update(index)
    .update(new Uint8Array(grid.buffer, grid.byteOffset, grid.byteLength))
    .digest();
}
