import type { PictureWriter } from '@tessera/tiler';

const TILE = 256;

/** A picture kept in memory, RGB interleaved height,width,3. */
export class MemoryPicture implements PictureWriter {
  readonly tileSize = TILE;
  readonly rgb: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.rgb = new Uint8Array(width * height * 3);
  }

  has(): boolean {
    return false;
  }

  async writeTile(column: number, row: number, rgb: Uint8Array): Promise<void> {
    const x = column * TILE;
    const y = row * TILE;
    const bytes = Math.min(TILE, this.width - x) * 3;
    for (let line = 0; line < Math.min(TILE, this.height - y); line++) {
      const from = line * TILE * 3;
      this.rgb.set(rgb.subarray(from, from + bytes), ((y + line) * this.width + x) * 3);
    }
  }

  async tile(): Promise<undefined> {}

  async checkpoint(): Promise<Uint8Array> {
    return new Uint8Array();
  }

  async finish(): Promise<{ path: string; bytes: number }> {
    return { path: '', bytes: this.rgb.length };
  }

  async close(): Promise<void> {}
}
