import type { AppendFile } from './append-file.js';
import { type Entry, encodeDirectory, offsetEntry, Tag } from './directory.js';
import type { Page } from './profile.js';

/** Directories begin at a multiple of this many bytes. */
const ALIGNMENT = 8;

/** Appends a chain of directories, SubIFDs before the directory that names them; returns where the chain begins. */
export async function writePageChain(file: AppendFile, pages: readonly Page[]): Promise<number> {
  const directories: Entry[][] = [];
  for (const { entries, children = [] } of pages) {
    const offsets: number[] = [];
    for (const child of children) offsets.push(await writePageChain(file, [child]));
    directories.push(offsets.length > 0 ? [...entries, offsetEntry(Tag.SubIFDs, offsets)] : [...entries]);
  }
  await file.append(Buffer.alloc((ALIGNMENT - (file.end % ALIGNMENT)) % ALIGNMENT));
  const start = file.end;
  for (const [index, entries] of directories.entries())
    await file.append(encodeDirectory(entries, file.end, index === directories.length - 1));
  return start;
}
