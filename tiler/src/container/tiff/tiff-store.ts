import { rename } from 'node:fs/promises';
import { onDisk } from '../disk.js';
import { InFlight } from '../in-flight.js';
import { encodeJpeg } from '../jpeg.js';
import type { PictureInfo } from '../picture.js';
import { provenanceLine, SOFTWARE, xmpPacket } from '../provenance.js';
import type { PyramidLevel } from '../pyramid/levels.js';
import { TILE_SIZE } from '../tile.js';
import type { StoredTile, TileStore } from '../tile-store.js';
import { AppendFile } from './append-file.js';
import { Batch } from './batch.js';
import type { TiffCodec } from './codec.js';
import {
  asciiEntry,
  bigTiffHeader,
  byteEntry,
  type Entry,
  longEntry,
  offsetEntry,
  Tag,
} from './directory.js';
import { imageEntries } from './image-entries.js';
import { writePageChain } from './page-chain.js';
import { type Profile, type Slide, THUMBNAIL_SIDE } from './profile.js';
import { assembleLevel } from './thumbnail.js';
import { makeTileTable, type TileTable } from './tile-table.js';

/** One batch is encoded while the next fills: a second would hold 5 MiB more and take another core from inference. */
const BATCHES_IN_FLIGHT = 1;

interface TiffState {
  end: number;
  tables: TileTable[];
}

/** What a TIFF is made of. */
export interface TiffOptions {
  /** Final name. */
  path: string;
  /** Where it grows, on the same file system. */
  partial: string;
  info: PictureInfo;
  levels: readonly PyramidLevel[];
  codec: TiffCodec;
  profile: Profile;
}

/**
 * An appending BigTIFF: encoded tiles are put at the end of the file in the order in which they come, the directories
 * that say where they are follow last. Memory is one TileTable a level, offsets have 64 bits, and a process that
 * resumes cuts the file where the saved state says and goes on.
 */
export class TiffStore implements TileStore, Slide {
  readonly info: PictureInfo;
  readonly levels: readonly PyramidLevel[];
  private readonly options: TiffOptions;
  private readonly file: AppendFile;
  private readonly tables: TileTable[];
  private readonly encodes = new InFlight(BATCHES_IN_FLIGHT);
  private readonly spare: Batch[] = [];
  private batch = new Batch();

  private constructor(options: TiffOptions, file: AppendFile, tables: TileTable[]) {
    this.info = options.info;
    this.levels = options.levels;
    this.options = options;
    this.file = file;
    this.tables = tables;
  }

  static async open(options: TiffOptions, state: unknown): Promise<TiffStore> {
    if (state === undefined) {
      const file = await AppendFile.create(options.partial, bigTiffHeader(0));
      return new TiffStore(options, file, options.levels.map(makeTileTable));
    }
    const { end, tables } = state as TiffState;
    return new TiffStore(options, await AppendFile.resume(options.partial, end), tables);
  }

  async put(level: number, column: number, row: number, tile: Uint8Array): Promise<void> {
    this.batch.add(level, row * this.levels[level]!.columns + column, tile);
    if (this.batch.full) await this.sendBatch();
  }

  async read(level: number, column: number, row: number): Promise<StoredTile | undefined> {
    const { offsets, lengths } = this.tables[level]!;
    const index = row * this.levels[level]!.columns + column;
    if (offsets[index] === 0) return undefined;
    return { kind: this.options.codec.kind, data: await this.file.read(offsets[index]!, lengths[index]!) };
  }

  async checkpoint(): Promise<TiffState> {
    await this.settle();
    await this.file.sync();
    return { end: this.file.end, tables: this.tables };
  }

  async finish(): Promise<{ path: string; bytes: number }> {
    await this.complete();
    await this.file.close();
    await onDisk(this.options.path, rename(this.options.partial, this.options.path));
    return { path: this.options.path, bytes: this.file.end };
  }

  async close(): Promise<void> {
    await this.encodes.settled().catch(() => {});
    await this.file.close();
  }

  /** Writes the directories: the file can be read from here on, under its partial name. */
  async complete(): Promise<void> {
    await this.settle();
    const [first, ...others] = await this.options.profile(this);
    const about = [
      asciiEntry(Tag.Software, SOFTWARE),
      byteEntry(Tag.XMP, Buffer.from(xmpPacket(provenanceLine(this.info)))),
    ];
    const start = await writePageChain(this.file, [
      { ...first!, entries: [...first!.entries, ...about] },
      ...others,
    ]);
    await this.file.sync();
    await this.file.patch(bigTiffHeader(start), 0);
    await this.file.sync();
  }

  tiled = (level: number): Entry[] => {
    const { offsets, lengths } = this.tables[level]!;
    return [
      ...this.imageEntries(level),
      longEntry(Tag.TileWidth, [TILE_SIZE]),
      longEntry(Tag.TileLength, [TILE_SIZE]),
      offsetEntry(Tag.TileOffsets, offsets),
      longEntry(Tag.TileByteCounts, lengths),
    ];
  };

  thumbnail = async (): Promise<{ entries: Entry[]; width: number; height: number }> => {
    const level = this.levels.findIndex(({ width, height }) => Math.max(width, height) <= THUMBNAIL_SIDE);
    const { width, height, columns } = this.levels[level]!;
    const { offsets, lengths } = this.tables[level]!;
    const pixels = await assembleLevel(this.levels[level]!, (column, row) => {
      const index = row * columns + column;
      return this.file.read(offsets[index]!, lengths[index]!);
    });
    const encoded = await encodeJpeg(pixels, width, height, this.info.quality);
    const entries = [
      ...this.imageEntries(level),
      offsetEntry(Tag.StripOffsets, [await this.file.append(encoded)]),
      longEntry(Tag.RowsPerStrip, [height]),
      longEntry(Tag.StripByteCounts, [encoded.length]),
    ];
    return { entries, width, height };
  };

  private async settle(): Promise<void> {
    if (this.batch.places.length > 0) await this.sendBatch();
    await this.encodes.settled();
  }

  private async sendBatch(): Promise<void> {
    const batch = this.batch;
    await this.encodes.start(async () => {
      await this.write(batch);
      batch.clear();
      this.spare.push(batch);
    });
    this.batch = this.spare.pop() ?? new Batch();
  }

  private async write(batch: Batch): Promise<void> {
    const { bytes, lengths } = await this.options.codec.encodeTiles(batch.pixels);
    let position = await this.file.append(bytes);
    for (const [tile, { level, index }] of batch.places.entries()) {
      const table = this.tables[level]!;
      table.offsets[index] = position;
      table.lengths[index] = lengths[tile]!;
      position += lengths[tile]!;
    }
  }

  private imageEntries(level: number): Entry[] {
    const { metersPerPixel } = this.info;
    const { width, height } = this.levels[level]!;
    const size = metersPerPixel === undefined ? undefined : metersPerPixel * 2 ** level;
    return [...imageEntries(width, height, size), ...this.options.codec.entries];
  }
}
