import { cosEighth, lnScaled, sinEighth } from '../elementary/elementary.js';
import { TesseraError } from '../error/tessera-error.js';
import type { NoiseRequest, NoiseSource, NoiseStream } from './noise-source.js';
import { PHILOX_WORDS, philox, philoxKeys } from './philox.js';

/** Version of the function from seed and place to noise, `noise` of every report. Changing a bit of it changes this. */
export const NOISE_VERSION = 1;

const STREAMS: Record<NoiseStream, number> = { init: 0, step: 1, repass: 2, layout: 3, shift: 4 };

/** Channel of the counter that `uniform` uses, above every channel of `fill`. */
const UNIFORM_CHANNEL = 0xffff;

const WORDS = 0x1_0000_0000;
const TURN = (2 * Math.PI) / WORDS;

/** By the leading zeros of a word: the power of two that brings (word + 1/2) into [1, 2). */
const NORMALISE = Float64Array.from({ length: 33 }, (_, leading) =>
  leading === 32 ? 2 : ((1 << leading) >>> 0) / (WORDS / 2),
);

/**
 * Noise of a seed (design.md, "Noise"; version 1). Philox4x32-10 under the seed as key gives four 32-bit words w0..w3
 * for the counter
 *
 *     (x, y, step, stream << 24 | magnification index << 16 | channel)
 *
 * One block serves the four channels from `channel`, a multiple of 4, at one position: channels 0 and 1 of the four are
 * the cosine and sine branch of Box-Muller on (w0, w1), channels 2 and 3 on (w2, w3), where
 *
 *     r = sqrt(-2 ln((w + 1/2) / 2^32)),  angle = 2 pi (w' + 1/2) / 2^32.
 *
 * ln, sine and cosine are those of `elementary/`, so the bits do not depend on the engine; |value| < 6.77.
 */
export class PhiloxNoise implements NoiseSource {
  readonly #keys: Int32Array;
  readonly #block = new Uint32Array(PHILOX_WORDS);

  /** `seed`: 64 bits, 0 <= seed < 2^64. Throws TESSERA_BAD_ARGUMENT outside. */
  constructor(seed: bigint) {
    if (seed < 0n || seed >> 64n !== 0n)
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'seed', 'an integer from 0 to 2^64 - 1', seed);
    this.#keys = philoxKeys(Number(seed & 0xffff_ffffn), Number(seed >> 32n));
  }

  fill(out: Float32Array, request: NoiseRequest): void {
    const { stream, step, magnification, x, y, width, height, channels } = request;
    const plane = width * height;
    const block = this.#block;
    for (let channel = 0; channel < channels; channel += 4) {
      const high = counterHigh(stream, magnification, channel);
      const left = channels - channel;
      let at = channel * plane;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++, at++) {
          philox(block, this.#keys, x + column, y + row, step, high);
          writePair(out, at, left > 1 ? at + plane : -1, block[0]!, block[1]!);
          if (left > 2) writePair(out, at + 2 * plane, left > 3 ? at + 3 * plane : -1, block[2]!, block[3]!);
        }
      }
    }
  }

  /** Four uniform values in [0, 1), 32 bits each, for decisions rather than pictures: an offset, a choice. */
  uniform(at: Pick<NoiseRequest, 'stream' | 'step' | 'magnification'>): [number, number, number, number] {
    philox(this.#block, this.#keys, 0, 0, at.step, counterHigh(at.stream, at.magnification, UNIFORM_CHANNEL));
    const [a, b, c, d] = this.#block;
    return [a! / WORDS, b! / WORDS, c! / WORDS, d! / WORDS];
  }
}

function counterHigh(stream: NoiseStream, magnification: number, channel: number): number {
  return (STREAMS[stream] << 24) | (magnification << 16) | channel;
}

/** Box-Muller (1958) on two words: cosine branch to out[first], sine branch to out[second] unless that is negative. */
function writePair(out: Float32Array, first: number, second: number, radial: number, angular: number): void {
  const leading = Math.clz32(radial);
  const radius = Math.sqrt(-2 * lnScaled((radial + 0.5) * NORMALISE[leading]!, -1 - leading));
  // The nearest quarter turn, and the signed rest of at most an eighth.
  const quarter = (angular + 0x2000_0000) >>> 30;
  const rest = ((angular - (quarter << 30)) | 0) + 0.5;
  const c = cosEighth(rest * TURN);
  const s = sinEighth(rest * TURN);
  const odd = (quarter & 1) === 1;
  const across = odd ? -s : c;
  const up = odd ? c : s;
  const sign = quarter & 2 ? -radius : radius;
  out[first] = sign * across;
  if (second >= 0) out[second] = sign * up;
}
