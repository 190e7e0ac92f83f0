import { HASH_TILE, ImageHash, TesseraError } from '@tessera/tiler';
import type { PixelSink } from './pixel-sink.js';

/** Side of the tiles of the picture's file and of its hash, px. */
export const PICTURE_TILE = HASH_TILE;

/** Tiles that may be on their way into the sink before decoding pauses. */
const TILES_IN_SINK = 64;

interface OpenTile {
  readonly rgb: Uint8Array;
  /** Pixels still to come. */
  missing: number;
}

/** Gathers quantised cells into the 256 px tiles of the file, hashes each and sends it off when it is full. */
export class PictureTiles {
  readonly #width: number;
  readonly #height: number;
  readonly #sink: PixelSink;
  readonly #onError: (error: TesseraError) => void;
  readonly #across: number;
  readonly #open = new Map<number, OpenTile>();
  readonly #writing = new Set<Promise<void>>();
  #error: TesseraError | undefined;
  /** Hash of the picture so far. */
  readonly hash: ImageHash;

  /** `onError` is called once, if the sink takes no more; `hashState`: that of the run whose sink is taken up again. */
  constructor(
    width: number,
    height: number,
    sink: PixelSink,
    onError: (error: TesseraError) => void,
    hashState?: Uint8Array,
  ) {
    this.#width = width;
    this.#height = height;
    this.#sink = sink;
    this.#onError = onError;
    this.#across = Math.ceil(width / PICTURE_TILE);
    this.hash = new ImageHash(width, height, hashState);
  }

  get saturated(): boolean {
    return this.#writing.size >= TILES_IN_SINK;
  }

  async drained(): Promise<void> {
    while (this.#writing.size > 0) await Promise.race(this.#writing);
    if (this.#error !== undefined) throw this.#error;
  }

  /** True if all that a square of `side` px at (`x`, `y`) covers was written before this run, or lies outside. */
  isSettled(x: number, y: number, side: number): boolean {
    const right = Math.min(x + side, this.#width);
    const bottom = Math.min(y + side, this.#height);
    for (let top = y; top < bottom; top = nextEdge(top, bottom)) {
      for (let left = x; left < right; left = nextEdge(left, right)) {
        if (!this.#sink.has(Math.floor(left / PICTURE_TILE), Math.floor(top / PICTURE_TILE))) return false;
      }
    }
    return true;
  }

  /** Takes a square of `side` px at (`x`, `y`), 3,side,side in [-1, 1]; `rounding` is added before the 8 bits are cut off. */
  place(x: number, y: number, side: number, image: Float32Array, rounding: number): void {
    const right = Math.min(x + side, this.#width);
    const bottom = Math.min(y + side, this.#height);
    for (let top = y; top < bottom; top = nextEdge(top, bottom)) {
      for (let left = x; left < right; left = nextEdge(left, right)) {
        const width = nextEdge(left, right) - left;
        const height = nextEdge(top, bottom) - top;
        const column = Math.floor(left / PICTURE_TILE);
        const row = Math.floor(top / PICTURE_TILE);
        if (this.#sink.has(column, row)) continue;
        const tile = this.#tile(column, row);
        const to = ((top % PICTURE_TILE) * PICTURE_TILE + (left % PICTURE_TILE)) * 3;
        quantise(tile.rgb, to, image, (top - y) * side + (left - x), side, width, height, rounding);
        tile.missing -= width * height;
        if (tile.missing === 0) this.#finish(column, row, tile);
      }
    }
  }

  #tile(column: number, row: number): OpenTile {
    const id = row * this.#across + column;
    let tile = this.#open.get(id);
    if (tile === undefined) {
      const [width, height] = this.#sides(column, row);
      tile = { rgb: new Uint8Array(PICTURE_TILE * PICTURE_TILE * 3), missing: width * height };
      this.#open.set(id, tile);
    }
    return tile;
  }

  #finish(column: number, row: number, { rgb }: OpenTile): void {
    const id = row * this.#across + column;
    this.#open.delete(id);
    this.hash.tile(column, row, rgb);
    const writing = this.#sink
      .writeTile(column, row, rgb)
      .catch((error: unknown) => {
        if (this.#error !== undefined) return;
        this.#error = TesseraError.from(error);
        this.#onError(this.#error);
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  #sides(column: number, row: number): [number, number] {
    return [
      Math.min(PICTURE_TILE, this.#width - column * PICTURE_TILE),
      Math.min(PICTURE_TILE, this.#height - row * PICTURE_TILE),
    ];
  }
}

/** The next multiple of the tile side after `position`, at most `end`. */
function nextEdge(position: number, end: number): number {
  return Math.min(end, (Math.floor(position / PICTURE_TILE) + 1) * PICTURE_TILE);
}

/** (v + 1) / 2 * 255, clamped, plus `rounding`, cut off to 8 bits, planar to interleaved. */
function quantise(
  rgb: Uint8Array,
  to: number,
  image: Float32Array,
  from: number,
  side: number,
  width: number,
  height: number,
  rounding: number,
): void {
  const plane = side * side;
  for (let i = 0; i < height; i++) {
    let at = to + i * PICTURE_TILE * 3;
    let source = from + i * side;
    for (let j = 0; j < width; j++, source++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = (image[source + channel * plane]! + 1) * 127.5;
        rgb[at++] = Math.min(Math.max(value, 0), 255) + rounding;
      }
    }
  }
}
