import { type FileHandle, open, rm } from 'node:fs/promises';
import { TesseraError } from '../../error/tessera-error.js';
import { onDisk, writeAll } from '../disk.js';
import { QUADRANT_BYTES } from './box.js';

/**
 * The quadrants that wait for their siblings, in a file of equal slots, so that memory does not grow with the picture.
 *
 * A slot is written once and not touched while a saved state may still name it. A state counts as saved when the next
 * one is asked for; slots released since the state before are then free again. Slots that no state ever named are free
 * at once.
 */
export class Spool {
  private readonly path: string;
  private readonly file: FileHandle;
  private free: number[] = [];
  private held = new Set<number>();
  private released: number[] = [];
  private quarantined: number[] = [];
  private slots: number;

  private constructor(path: string, file: FileHandle, slots: number) {
    this.path = path;
    this.file = file;
    this.slots = slots;
  }

  /** An empty spool; whatever the file held is dropped. TESSERA_OUTPUT_UNWRITABLE where the folder does not take it. */
  static async create(path: string): Promise<Spool> {
    return new Spool(path, await onDisk(path, open(path, 'w+')), 0);
  }

  /** The spool of an earlier process, of which a saved state names the slots in use. TESSERA_BAD_STATE if it is cut. */
  static async resume(path: string, used: readonly number[]): Promise<Spool> {
    if (used.length === 0) return Spool.create(path);
    const file = await onDisk(path, open(path, 'r+'));
    const slots = Math.max(...used) + 1;
    const { size } = await file.stat();
    if (size < slots * QUADRANT_BYTES) {
      await file.close();
      throw TesseraError.expected(
        'TESSERA_BAD_STATE',
        path,
        `at least ${slots * QUADRANT_BYTES} bytes`,
        size,
      );
    }
    const spool = new Spool(path, file, slots);
    spool.held = new Set(used);
    for (let slot = 0; slot < slots; slot++) if (!spool.held.has(slot)) spool.free.push(slot);
    return spool;
  }

  /** Stores a quadrant and says in which slot. TESSERA_DISK_FULL where there is no room. */
  async put(quadrant: Uint8Array): Promise<number> {
    const slot = this.free.pop() ?? this.slots++;
    await writeAll(this.path, this.file, quadrant, slot * QUADRANT_BYTES);
    return slot;
  }

  /** Reads a slot into `out` (QUADRANT_BYTES) and releases it. */
  async take(slot: number, out: Uint8Array): Promise<void> {
    const { bytesRead } = await onDisk(
      this.path,
      this.file.read(out, 0, QUADRANT_BYTES, slot * QUADRANT_BYTES),
    );
    if (bytesRead !== QUADRANT_BYTES)
      throw TesseraError.expected('TESSERA_BAD_STATE', this.path, `${QUADRANT_BYTES} bytes`, bytesRead);
    if (this.held.has(slot)) this.released.push(slot);
    else this.free.push(slot);
  }

  /** Brings the slots in use to the disk and protects them until a later state is saved. */
  async checkpoint(used: Iterable<number>): Promise<void> {
    await onDisk(this.path, this.file.datasync());
    this.free.push(...this.quarantined);
    this.quarantined = this.released;
    this.released = [];
    this.held = new Set(used);
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /** Closes and deletes the file, once the picture is complete. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }
}
