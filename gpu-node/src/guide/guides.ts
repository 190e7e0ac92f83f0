import type { FrameBus, Guide } from '@tessera/proto';
import { TesseraError, type WindowName, windowWeights } from '@tessera/tiler';
import { LRUCache } from 'lru-cache';
import type { TileGuide } from '../worker/protocol.js';
import { cropFrames } from './crop.js';
import { readFrame } from './frame.js';

/** Bytes of frames kept, and of crops; the least recently used go first. */
const BOUND = 64 * 1024 * 1024;

/** Frames that are not on the bus. */
export interface MissingFrames {
  readonly missing: readonly string[];
}

/** Cuts the guides of tiles out of the frames on the bus, which it keeps for the tiles that come next. */
export class Guides {
  readonly #frames: LRUCache<string, Uint8Array>;
  /** What was cut: a tile whose level above is finished asks for the same at every step. */
  readonly #crops = new LRUCache<string, Float32Array>({
    maxSize: BOUND,
    sizeCalculation: (crop) => crop.byteLength,
  });
  readonly #windows = new Map<string, Float32Array>();

  constructor(bus: FrameBus) {
    this.#frames = new LRUCache({
      maxSize: BOUND,
      sizeCalculation: (frame) => frame.byteLength,
      fetchMethod: (subject, _stale, { signal }) => bus.fetch(subject, signal as AbortSignal),
    });
  }

  /**
   * The part of the level above that `guide` names, for a tile of `pixels` px; it must not be written to. `field` is what
   * errors call it. Throws TESSERA_BAD_ARGUMENT if its frames do not cover it or are no frames.
   */
  async cut(guide: Guide, pixels: number, field: string): Promise<TileGuide | MissingFrames> {
    const { ratio, blur } = guide;
    const key = JSON.stringify([pixels, { ...guide, blur: 0 }]);
    const known = this.#crops.get(key);
    if (known) return { image: known, ratio, blur };
    const found = await Promise.all(guide.frames.map(({ subject }) => this.#frames.fetch(subject)));
    const missing = guide.frames.flatMap(({ subject }, i) => (found[i] ? [] : [subject]));
    if (missing.length > 0) return { missing };
    const frames = guide.frames.map(({ subject, x, y }, i) => ({
      frame: readFrame(subject, found[i]!, pixels),
      x,
      y,
    }));
    const image = cropFrames(
      frames,
      { x: guide.x, y: guide.y, side: pixels / ratio, width: guide.width, height: guide.height },
      this.#weights(guide.window as WindowName, pixels),
    );
    if (!image)
      throw TesseraError.expected(
        'TESSERA_BAD_ARGUMENT',
        `${field}.frames`,
        'frames that cover the crop',
        guide.frames.map(({ subject }) => subject),
      );
    this.#crops.set(key, image);
    return { image, ratio, blur };
  }

  #weights(window: WindowName, pixels: number): Float32Array {
    const key = `${window}/${pixels}`;
    let weights = this.#windows.get(key);
    if (!weights) {
      weights = windowWeights(window, pixels);
      this.#windows.set(key, weights);
    }
    return weights;
  }
}
