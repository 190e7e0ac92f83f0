import { createHash } from 'node:crypto';
import { TesseraError } from '../error/tessera-error.js';

/**
 * `latentSha256` of design.md, "Hashes": SHA-256 of a latent as little-endian float32 in C,H,W order, fed row by row so
 * that a latent need not lie in one array. Sides are those of the cropped latent, ceil(px / downsample).
 */
export class LatentHash {
  readonly #hash = createHash('sha256');
  readonly #width: number;
  #rowsLeft: number;

  constructor(channels: number, height: number, width: number) {
    this.#width = width;
    this.#rowsLeft = channels * height;
  }

  /** The next row, row 0 of channel 0 first; what is past `width` is left out. */
  row(values: Float32Array): void {
    if (values.length < this.#width || this.#rowsLeft === 0)
      throw this.#unexpected(`a row of ${values.length} values`);
    this.#rowsLeft -= 1;
    this.#hash.update(littleEndian(values.subarray(0, this.#width)));
  }

  /** Lower-case hex, once every row was given. */
  digest(): string {
    if (this.#rowsLeft !== 0) throw this.#unexpected('no more');
    return this.#hash.digest('hex');
  }

  #unexpected(got: string): TesseraError {
    const expected = `${this.#rowsLeft} more rows of at least ${this.#width} values`;
    return TesseraError.expected('TESSERA_INTERNAL', 'latent', expected, got);
  }
}

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return HOST_IS_LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap32();
}
