import { type FileHandle, open } from 'node:fs/promises';
import { TesseraError } from '../../error/tessera-error.js';
import { onDisk, writeAll } from '../disk.js';

/** A file that grows at its end. Appends may overlap in time; each has its place from the start. */
export class AppendFile {
  readonly path: string;
  private readonly file: FileHandle;
  private length: number;

  private constructor(path: string, file: FileHandle, length: number) {
    this.path = path;
    this.file = file;
    this.length = length;
  }

  /** A new file that begins with `header`; an old one of that name is dropped. */
  static async create(path: string, header: Uint8Array): Promise<AppendFile> {
    const created = new AppendFile(path, await onDisk(path, open(path, 'w+')), 0);
    await created.append(header).catch(async (error: unknown) => {
      await created.close();
      throw error;
    });
    return created;
  }

  /** Goes on after `length` bytes; what stands behind them is cut off. TESSERA_BAD_STATE if there are fewer. */
  static async resume(path: string, length: number): Promise<AppendFile> {
    const file = await onDisk(path, open(path, 'r+'));
    const { size } = await file.stat();
    if (size < length) {
      await file.close();
      throw TesseraError.expected('TESSERA_BAD_STATE', path, `at least ${length} bytes`, size);
    }
    await onDisk(path, file.truncate(length));
    return new AppendFile(path, file, length);
  }

  /** Bytes so far: where the next append goes. */
  get end(): number {
    return this.length;
  }

  /** Writes at the end and says where that was. */
  async append(bytes: Uint8Array): Promise<number> {
    const position = this.length;
    this.length += bytes.length;
    await writeAll(this.path, this.file, bytes, position);
    return position;
  }

  /** Replaces bytes that are there already. */
  async patch(bytes: Uint8Array, position: number): Promise<void> {
    await writeAll(this.path, this.file, bytes, position);
  }

  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    await onDisk(this.path, this.file.read(bytes, 0, length, position));
    return bytes;
  }

  async sync(): Promise<void> {
    await onDisk(this.path, this.file.datasync());
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
