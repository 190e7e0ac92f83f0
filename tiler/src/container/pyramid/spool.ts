import { type FileHandle, open, rm } from 'node:fs/promises';
import { TesseraError } from '../../error/tessera-error.js';
import { onDisk, writeAll } from '../disk.js';
import { QUADRANT_BYTES } from './box.js';

/** Quadrants kept in memory, 12 MiB: as many as wait on a canvas of 32,768 px whose tiles come in row-major order. */
const CACHED = 256;

/**
 * The quadrants that wait for their siblings, in memory while they are few and beyond that
 * in a file of equal slots, so that memory does not grow with the picture.
 *
 * A slot is written once and not touched while a saved state may still name it. A state counts as saved when the next
 * one is asked for; slots released since the state before are then free again. Slots that no state ever named are free
 * at once.
 */
export class Spool {
  private readonly path: string;
  private readonly file: FileHandle;
  /** Slot to quadrant, oldest first. */
  private readonly cache = new Map<number, Uint8Array>();
  private readonly spare: Uint8Array[] = [];
  /** Cached slots that the file holds too. */
  private readonly stored = new Set<number>();
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

  /** Keeps a copy of a quadrant and says in which slot. TESSERA_DISK_FULL where there is no room. */
  async put(quadrant: Uint8Array): Promise<number> {
    const slot = this.free.pop() ?? this.slots++;
    const kept = this.spare.pop() ?? new Uint8Array(QUADRANT_BYTES);
    kept.set(quadrant);
    this.cache.set(slot, kept);
    if (this.cache.size > CACHED) {
      const [oldest] = this.cache.keys();
      await this.store(oldest!);
      this.forget(oldest!);
    }
    return slot;
  }

  /** Reads a slot into `out` (QUADRANT_BYTES) and releases it. */
  async take(slot: number, out: Uint8Array): Promise<void> {
    const cached = this.cache.get(slot);
    if (cached) {
      out.set(cached);
      this.forget(slot);
    } else await this.read(slot, out);
    if (this.held.has(slot)) this.released.push(slot);
    else this.free.push(slot);
  }

  /** Brings the slots in use to the disk and protects them until a later state is saved. */
  async checkpoint(used: Iterable<number>): Promise<void> {
    for (const slot of this.cache.keys()) await this.store(slot);
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

  private async read(slot: number, out: Uint8Array): Promise<void> {
    const reading = this.file.read(out, 0, QUADRANT_BYTES, slot * QUADRANT_BYTES);
    const { bytesRead } = await onDisk(this.path, reading);
    if (bytesRead !== QUADRANT_BYTES)
      throw TesseraError.expected('TESSERA_BAD_STATE', this.path, `${QUADRANT_BYTES} bytes`, bytesRead);
  }

  private async store(slot: number): Promise<void> {
    if (this.stored.has(slot)) return;
    await writeAll(this.path, this.file, this.cache.get(slot)!, slot * QUADRANT_BYTES);
    this.stored.add(slot);
  }

  private forget(slot: number): void {
    this.spare.push(this.cache.get(slot)!);
    this.cache.delete(slot);
    this.stored.delete(slot);
  }
}
