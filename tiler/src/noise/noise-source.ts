/**
 * What noise is for, so that no two uses share values: the first latent, the noise of a step, that of the post-pass,
 * embedding grids (drawn layouts and examples, condition inversion), offsets of shifted tiles.
 */
export type NoiseStream = 'init' | 'step' | 'repass' | 'layout' | 'shift';

/** A rectangle of one plane stack of noise. */
export interface NoiseRequest {
  readonly stream: NoiseStream;
  /** Step of the sampler, 0 where there is only one. */
  readonly step: number;
  /** Index of the magnification, 0..255. */
  readonly magnification: number;
  /** Top left corner, latent positions (or grid cells) of the whole canvas; integers, taken modulo 2^32. */
  readonly x: number;
  readonly y: number;
  /** Sides, latent positions. */
  readonly width: number;
  readonly height: number;
  /** Channels C, below 65,532. */
  readonly channels: number;
}

/**
 * Standard normal values as a function of where they lie: any rectangle equals that rectangle of the whole, whatever
 * the size of the canvas and the order of the requests. Recorded noise is one, too.
 */
export interface NoiseSource {
  /** Fills `out`, C,height,width, with values of N(0, 1). */
  fill(out: Float32Array, request: NoiseRequest): void;
}
