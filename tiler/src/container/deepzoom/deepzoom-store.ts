import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk } from '../disk.js';
import { InFlight } from '../in-flight.js';
import { encodeJpeg } from '../jpeg.js';
import type { PictureInfo } from '../picture.js';
import { provenanceLine, xmpPacket } from '../provenance.js';
import { type PyramidLevel, validSize } from '../pyramid/levels.js';
import { cropTile, TILE_SIZE } from '../tile.js';
import type { StoredTile, TileStore } from '../tile-store.js';
import { insertXmp } from './jpeg-xmp.js';

/** Tiles being encoded at a time: enough to hide the disk, few enough to leave the cores to inference. */
const TILES_IN_FLIGHT = 2;

const NAMESPACE = 'http://schemas.microsoft.com/deepzoom/2008';

interface DeepZoomState {
  bytes: number;
}

/** Where a DeepZoom picture goes and what it shows. */
export interface DeepZoomOptions {
  /** Final name of the .dzi; the tiles go beside it, into NAME_files. */
  path: string;
  workDir: string;
  info: PictureInfo;
  /** Down to 1x1 px. */
  levels: readonly PyramidLevel[];
}

/**
 * DeepZoom without overlap: NAME_files/LEVEL/COLUMN_ROW.jpg, where level 0 is 1x1 px, and NAME.dzi, written last. Each
 * tile carries the XMP mark of synthetic pictures; settings are in NAME_files/provenance.xmp, for the .dzi schema has no
 * place for them.
 */
export class DeepZoomStore implements TileStore {
  private readonly options: DeepZoomOptions;
  private readonly folder: string;
  private readonly mark = Buffer.from(xmpPacket());
  private readonly encodes = new InFlight(TILES_IN_FLIGHT);
  private bytes: number;
  private unsynced: string[] = [];
  /** Files that are not whole yet. */
  private readonly writing = new Set<string>();

  private constructor(options: DeepZoomOptions, folder: string, bytes: number) {
    this.options = options;
    this.folder = folder;
    this.bytes = bytes;
  }

  static async open(options: DeepZoomOptions, state: unknown): Promise<DeepZoomStore> {
    const folder = join(options.workDir, 'tiles');
    if (state === undefined) await onDisk(folder, rm(folder, { recursive: true, force: true }));
    for (const level of options.levels.keys())
      await onDisk(folder, mkdir(join(folder, String(level)), { recursive: true }));
    return new DeepZoomStore(options, folder, (state as DeepZoomState | undefined)?.bytes ?? 0);
  }

  async put(level: number, column: number, row: number, tile: Uint8Array): Promise<void> {
    const { width, height } = validSize(this.options.levels[level]!, column, row);
    const pixels = cropTile(tile, width, height);
    const path = this.pathOf(level, column, row);
    await this.encodes.start(async () => {
      const jpeg = await encodeJpeg(pixels, width, height, this.options.info.quality);
      await this.write(path, insertXmp(jpeg, this.mark));
    });
  }

  async read(level: number, column: number, row: number): Promise<StoredTile | undefined> {
    const path = this.pathOf(level, column, row);
    if (this.writing.has(path)) return undefined;
    return { kind: 'jpeg', data: await readFile(path) };
  }

  async checkpoint(): Promise<DeepZoomState> {
    await this.encodes.settled();
    for (const path of this.unsynced.splice(0)) {
      const file = await onDisk(path, open(path));
      await onDisk(path, file.datasync()).finally(() => file.close());
    }
    return { bytes: this.bytes };
  }

  async finish(): Promise<{ path: string; bytes: number }> {
    const { path, workDir, info } = this.options;
    const { width, height } = info;
    const partial = join(workDir, 'picture.dzi');
    await this.write(join(this.folder, 'provenance.xmp'), Buffer.from(xmpPacket(provenanceLine(info))));
    await this.write(
      partial,
      Buffer.from(
        `<?xml version="1.0" encoding="UTF-8"?>\n<Image xmlns="${NAMESPACE}" Format="jpg" Overlap="0" TileSize="${TILE_SIZE}">` +
          `<Size Width="${width}" Height="${height}"/></Image>\n`,
      ),
    );
    await this.checkpoint();
    const tiles = `${path.slice(0, -'.dzi'.length)}_files`;
    await onDisk(path, rm(path, { force: true }));
    await onDisk(tiles, rm(tiles, { recursive: true, force: true }));
    await onDisk(tiles, rename(this.folder, tiles));
    await onDisk(path, rename(partial, path));
    return { path, bytes: this.bytes };
  }

  async close(): Promise<void> {
    await this.encodes.settled().catch(() => {});
  }

  private pathOf(level: number, column: number, row: number): string {
    return join(this.folder, String(this.options.levels.length - 1 - level), `${column}_${row}.jpg`);
  }

  private async write(path: string, data: Uint8Array): Promise<void> {
    this.writing.add(path);
    await onDisk(path, writeFile(path, data)).finally(() => this.writing.delete(path));
    this.unsynced.push(path);
    this.bytes += data.length;
  }
}
