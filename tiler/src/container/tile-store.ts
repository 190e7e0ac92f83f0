/** A tile as it stands in a picture. */
export interface StoredTile {
  /** A whole JPEG, or RGB interleaved. */
  readonly kind: 'jpeg' | 'rgb';
  readonly data: Uint8Array;
}

/** Keeps the tiles of all levels of one picture: the part of a writer that knows a file format. */
export interface TileStore {
  /**
   * Takes one tile, which is copied: RGB interleaved, TILE_SIZE square, edges padded. Resolves when there is room for
   * the next; a failure to encode or write it may show at a later call.
   */
  put(level: number, column: number, row: number, tile: Uint8Array): Promise<void>;
  /** Brings all that was put to the disk and returns what the store's `open` needs to go on from here. */
  checkpoint(): Promise<unknown>;
  /**
   * A tile that was put, or undefined where it is not there yet. TILE_SIZE square, what lies past the edge being of no use; a
   * JPEG may be cropped there.
   */
  read(level: number, column: number, row: number): Promise<StoredTile | undefined>;
  /** Completes the file under its final name and lets go of it. */
  finish(): Promise<{ path: string; bytes: number }>;
  /** Lets go of the files as they are, once nothing is under way. */
  close(): Promise<void>;
}
