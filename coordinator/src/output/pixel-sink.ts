/** Where finished picture tiles go: a picture writer, or memory in a test. */
export interface PixelSink {
  /** True for a tile that was written already, before this run. */
  has(column: number, row: number): boolean;
  /**
   * One tile of 256 x 256 px, RGB interleaved; past the picture's last column and row it is zero. Any order. Resolves
   * when another may be sent.
   */
  writeTile(column: number, row: number, rgb: Uint8Array): Promise<void>;
}
