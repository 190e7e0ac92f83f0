import { DataType, type DecodeTile, type DenoiseTile, type Guide, type Projection } from '@tessera/proto';
import { bytesOf, floatsOf } from '../run/float-bytes.js';

/** A tile's request with what its digest and its subjects stand for. */
export interface ResolvedTile {
  readonly tile: DenoiseTile;
  readonly projection: Projection;
  /** Raw vectors, as they were sent with the first request of this digest. */
  readonly grid: Float32Array;
  /** Bytes of the guide frames, in the order of the request. */
  readonly frames: readonly Uint8Array[];
}

/**
 * Stands for a denoiser: cheap, but a change of anything in the request, of a guide frame or of its place changes the
 * estimate, so that two pictures are the same only if every request was.
 */
export function estimate({ tile, projection, grid, frames }: ResolvedTile): Float32Array {
  const { guide, conditioning } = tile;
  let context = 0;
  for (const [i, value] of grid.entries()) context += value * (1 + (i % 7));
  const seen = guide ? glance(guide, frames) : 0;
  const told =
    tile.timestep / 1000 +
    tile.alphaCumprod +
    tile.guidanceScale / 3 +
    conditioning!.magnification / 5 +
    (guide ? guide.blur + guide.ratio / 4 + guide.window.length / 9 : 0) +
    projection.backprojection +
    (projection.newton?.iterations ?? 0) / 5;
  const x = floatsOf(tile.x);
  const shift = told + context / 50 + seen / 500;
  return x.map((value, i) => Math.tanh(0.8 * value + Math.sin(shift + i / 40)));
}

/** Stands for what newton does to the noisy latent. */
export function moved({ tile }: ResolvedTile): Float32Array {
  return floatsOf(tile.x).map((value, i) => value + 0.01 * Math.sin(i));
}

/** Stands for a decoder: 3,P,P of values in (-1, -0.5] and [0.5, 1), which float16 holds to the last bit. */
export function decode(
  { z, type, guide }: DecodeTile,
  frames: readonly Uint8Array[],
  pixels: number,
): Uint8Array {
  const latent = floatsOf(z);
  const seen = guide ? Math.sin(glance(guide, frames)) : 0;
  const halves = new Uint8Array(3 * pixels * pixels * 2);
  const floats = new Float32Array(3 * pixels * pixels);
  for (let i = 0; i < floats.length; i++) {
    const value = Math.tanh(latent[(i * 31) % latent.length]! + seen);
    const mantissa = Math.floor(1024 * Math.abs(value)) & 1023;
    halves[2 * i] = mantissa & 255;
    halves[2 * i + 1] = (value < 0 ? 0xb8 : 0x38) | (mantissa >> 8);
    floats[i] = Math.sign(value || 1) * (0.5 + mantissa / 2048);
  }
  return type === DataType.FLOAT32 ? bytesOf(floats) : halves;
}

/** A number that depends on which frames are shown, where, and on the bytes that lie there. */
function glance(guide: Guide, frames: readonly Uint8Array[]): number {
  let seen = 0;
  for (const [i, frame] of frames.entries()) {
    const { x, y } = guide.frames[i]!;
    const place = Math.abs(guide.x - x) + 64 * Math.abs(guide.y - y);
    seen += (frame[(2 * place + 1) % frame.length]! + frame[(2 * place) % frame.length]! / 256) * (i + 1);
  }
  return seen;
}
