/**
 * The graphs of a bundle for a batch of B tiles whose timesteps, contexts and guidance scales are fixed. Arrays are the
 * tiles one after the other. What is passed in stays the caller's, to be used again once the answer is there: it must
 * not be kept, changed or transferred. What is answered is only read, and no later than by the next call.
 */
export interface TileGraphs {
  /** x_t -> x0, both B,C,h,w: denoiser, guidance scale and estimate (algorithm.md, "Schedule and step"). */
  estimate(x: Float32Array): Promise<Float32Array>;
  /** B,C,h,w -> B,3,P,P. */
  decode(z: Float32Array): Promise<Float32Array>;
  /** B,3,P,P -> B,C,h,w. */
  encode(image: Float32Array): Promise<Float32Array>;
  /** The bundle's own projection of estimates B,C,h,w onto guides B,3,P/p,P/p, if it has one. */
  guidance?(z: Float32Array, target: Float32Array): Promise<Float32Array>;
}

/** A batch of estimates and what the level above shows of their tiles. */
export interface GuidedTiles {
  /** B. */
  readonly batch: number;
  /** Noisy latents x_t, B,C,h,w. */
  readonly x: Float32Array;
  /** Their estimates, B,C,h,w. */
  readonly x0: Float32Array;
  /** B,3,P/p,P/p in [-1, 1]. */
  readonly guide: Float32Array;
  /** p: magnification of the tiles over that of the level above. */
  readonly ratio: number;
}
