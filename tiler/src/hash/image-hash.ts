import { createHash } from 'node:crypto';
import { TesseraError } from '../error/tessera-error.js';

/** Side of the tiles over whose hashes the picture's is taken, whatever the file's tiles are. */
export const HASH_TILE = 256;

const DIGEST_BYTES = 32;

/**
 * `imageSha256` of design.md, "Hashes": SHA-256 of the SHA-256s, in row-major order, of a picture's 256 px tiles before
 * any codec. A tile's bytes are its rows, RGB interleaved; tiles at the right and bottom edge are cropped to the picture.
 * Tiles come in any order.
 */
export class ImageHash {
  readonly #width: number;
  readonly #height: number;
  readonly #across: number;
  readonly #digests: Uint8Array;

  /** Of a picture of `width` x `height` px. `state`: what an earlier `state()` returned, to go on from there. */
  constructor(width: number, height: number, state?: Uint8Array) {
    this.#width = width;
    this.#height = height;
    this.#across = Math.ceil(width / HASH_TILE);
    const bytes = this.#across * Math.ceil(height / HASH_TILE) * DIGEST_BYTES;
    if (state && state.length !== bytes)
      throw TesseraError.expected('TESSERA_BAD_STATE', 'image hash', `${bytes} bytes`, state.length);
    this.#digests = state ? state.slice() : new Uint8Array(bytes);
  }

  /** One tile of 256 x 256 px, RGB interleaved; pixels past the picture's edge do not count. */
  tile(column: number, row: number, rgb: Uint8Array): void {
    const width = Math.min(HASH_TILE, this.#width - column * HASH_TILE);
    const height = Math.min(HASH_TILE, this.#height - row * HASH_TILE);
    const hash = createHash('sha256');
    for (let y = 0; y < height; y++)
      hash.update(rgb.subarray(y * HASH_TILE * 3, (y * HASH_TILE + width) * 3));
    this.#digests.set(hash.digest(), (row * this.#across + column) * DIGEST_BYTES);
  }

  /** 32 bytes a tile, zeros for those that have not come: for a checkpoint. */
  state(): Uint8Array {
    return this.#digests.slice();
  }

  /** Lower-case hex, once every tile was given. */
  digest(): string {
    return createHash('sha256').update(this.#digests).digest('hex');
  }
}
