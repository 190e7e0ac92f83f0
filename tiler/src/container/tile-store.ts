/** Keeps the tiles of all levels of one picture: the part of a writer that knows a file format. */
export interface TileStore {
  /**
   * Takes one tile, which is copied: RGB interleaved, TILE_SIZE square, edges padded. Resolves when there is room for
   * the next; a failure to encode or write it may show at a later call.
   */
  put(level: number, column: number, row: number, tile: Uint8Array): Promise<void>;
  /** Brings all that was put to the disk and returns what the store's `open` needs to go on from here. */
  checkpoint(): Promise<unknown>;
  /** Completes the file under its final name and lets go of it. */
  finish(): Promise<{ path: string; bytes: number }>;
  /** Lets go of the files as they are, once nothing is under way. */
  close(): Promise<void>;
}
