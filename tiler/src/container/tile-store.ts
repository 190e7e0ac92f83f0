/** Keeps the tiles of all levels of one picture: the part of a writer that knows a file format. */
export interface TileStore {
  /** Encodes and keeps one tile: RGB interleaved, TILE_SIZE square, edges padded. Calls may overlap. */
  put(level: number, column: number, row: number, tile: Uint8Array): Promise<void>;
  /** Brings all that was put to the disk and returns what `open...` needs to go on from here. */
  checkpoint(): Promise<unknown>;
  /** Completes the file under its final name and lets go of it. */
  finish(): Promise<{ path: string; bytes: number }>;
  /** Lets go of the files as they are. */
  close(): Promise<void>;
}
