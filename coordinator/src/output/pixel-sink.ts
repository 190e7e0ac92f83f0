/** Where finished picture tiles go: a picture writer, or memory in a test. */
export interface PixelSink {
  /**
   * One tile of 256 x 256 px, RGB interleaved; the picture's last column and row are filled up with zeros. Any order.
   * Resolves when another may be sent.
   */
  writeTile(column: number, row: number, rgb: Uint8Array): Promise<void>;
}
