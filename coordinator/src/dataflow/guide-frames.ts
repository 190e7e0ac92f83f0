import { cellsOfTile, type Lattice, type Level, rangeCount, tilesOfCell } from '@tessera/tiler';

/** A tile-step that cannot run until the frames it reads are decoded. */
export interface FrameReader {
  /** Called once, when a frame it waited for has become ready. */
  wake(): void;
}

/** What the frames tell the outside. */
export interface GuideFrameEvents {
  /** The frame's latent is whole (or the decoded frame was lost): decode and publish it. */
  onDecode(step: number, frame: number): void;
  /** No tile will read the frame any more. */
  onRelease(step: number, frame: number): void;
}

interface Frame {
  /** Fused x0 over the frame's window, C,n,n. */
  readonly latent: Float32Array;
  /** Cells of the window not captured yet. */
  missingCells: number;
  /** Tile-steps of the level below that have yet to read it. */
  readers: number;
  decoded: boolean;
  waiting: FrameReader[];
}

/**
 * The guide frames of one level: D(fused x0) over the windows of its unshifted lattice, at the steps that the level
 * below reads. The latent of a frame is kept until its last reader is done, so that a frame a node or a bus has lost can be
 * decoded again to the same bytes; the picture itself never passes through here.
 */
export class GuideFrames {
  readonly #lattice: Lattice;
  readonly #channels: number;
  readonly #readers: (step: number, frame: number) => number;
  readonly #events: GuideFrameEvents;
  readonly #frames = new Map<number, Frame>();

  /** `readers(step, frame)` is how many tile-steps of the level below read a frame; 0 for steps that guide nothing. */
  constructor(
    level: Level,
    channels: number,
    readers: (step: number, frame: number) => number,
    events: GuideFrameEvents,
  ) {
    this.#lattice = level.lattice;
    this.#channels = channels;
    this.#readers = readers;
    this.#events = events;
  }

  /** Frames held. */
  get size(): number {
    return this.#frames.size;
  }

  /** Takes a cell's fused x0, C,cell,cell, at the step at which it was fused. */
  capture(column: number, row: number, step: number, x0: Float32Array): void {
    const tiles = tilesOfCell(this.#lattice, column, row);
    const across = this.#lattice.columns.starts.length;
    for (let r = tiles.firstRow; r <= tiles.lastRow; r++) {
      for (let c = tiles.firstColumn; c <= tiles.lastColumn; c++) {
        const number = r * across + c;
        const frame = this.#frame(step, number);
        if (frame === undefined) continue;
        this.#copyCell(frame.latent, column, row, number, x0);
        if (--frame.missingCells === 0) this.#events.onDecode(step, number);
      }
    }
  }

  /** The latent of a whole frame, C,n,n; undefined once it was released. */
  latent(step: number, frame: number): Float32Array | undefined {
    const held = this.#frames.get(key(step, frame));
    return held?.missingCells === 0 ? held.latent : undefined;
  }

  /** The frame is on the bus: wakes those that waited for it. One that was released meanwhile is released again. */
  decoded(step: number, frame: number): void {
    const held = this.#frames.get(key(step, frame));
    if (held === undefined) {
      this.#events.onRelease(step, frame);
      return;
    }
    held.decoded = true;
    for (const reader of held.waiting.splice(0)) reader.wake();
  }

  /** True if all of `frames` are on the bus; else `reader` is woken when the first that is not has come. */
  await(step: number, frames: readonly number[], reader: FrameReader): boolean {
    for (const number of frames) {
      const frame = this.#frame(step, number)!;
      if (frame.decoded) continue;
      frame.waiting.push(reader);
      return false;
    }
    return true;
  }

  /** A node found a frame missing on the bus: asks for it again, unless that is under way; true if it does. */
  lost(step: number, frame: number): boolean {
    const held = this.#frames.get(key(step, frame));
    if (!held?.decoded) return false;
    held.decoded = false;
    this.#events.onDecode(step, frame);
    return true;
  }

  /** A tile-step has read `frames` for the last time. */
  read(step: number, frames: readonly number[]): void {
    for (const number of frames) {
      const id = key(step, number);
      const frame = this.#frames.get(id);
      if (frame === undefined || --frame.readers > 0) continue;
      this.#frames.delete(id);
      this.#events.onRelease(step, number);
    }
  }

  /** What a checkpoint keeps: the latents captured so far and how much of each is still to come. */
  *entries(): IterableIterator<{
    step: number;
    frame: number;
    latent: Float32Array;
    missingCells: number;
    readers: number;
  }> {
    for (const [id, { latent, missingCells, readers }] of this.#frames)
      yield { step: Math.floor(id / FRAMES), frame: id % FRAMES, latent, missingCells, readers };
  }

  /** Takes up a saved frame; a whole one is decoded again. Call before any capture. */
  restore(
    step: number,
    frame: number,
    saved: { latent: Float32Array; missingCells: number; readers: number },
  ): void {
    this.#frames.set(key(step, frame), { ...saved, decoded: false, waiting: [] });
    if (saved.missingCells === 0) this.#events.onDecode(step, frame);
  }

  #frame(step: number, number: number): Frame | undefined {
    const id = key(step, number);
    let frame = this.#frames.get(id);
    if (frame === undefined) {
      const readers = this.#readers(step, number);
      if (readers === 0) return undefined;
      const size = this.#lattice.columns.window;
      frame = {
        latent: new Float32Array(this.#channels * size * size),
        missingCells: rangeCount(cellsOfTile(this.#lattice, number)),
        readers,
        decoded: false,
        waiting: [],
      };
      this.#frames.set(id, frame);
    }
    return frame;
  }

  #copyCell(latent: Float32Array, column: number, row: number, frame: number, x0: Float32Array): void {
    const { cell, window } = this.#lattice.columns;
    const cells = cellsOfTile(this.#lattice, frame);
    const x = (column - cells.firstColumn) * cell;
    const y = (row - cells.firstRow) * cell;
    for (let channel = 0, from = 0; channel < this.#channels; channel++) {
      for (let i = 0; i < cell; i++, from += cell)
        latent.set(x0.subarray(from, from + cell), (channel * window + y + i) * window + x);
    }
  }
}

/** More frames than any level has. */
const FRAMES = 2 ** 32;

function key(step: number, frame: number): number {
  return step * FRAMES + frame;
}
