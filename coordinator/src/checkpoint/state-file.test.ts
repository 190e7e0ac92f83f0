import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch.js';
import { readStateFile, writeStateFile } from './state-file.js';

const scratch = scratchFolder();
const BAD = { code: 'TESSERA_BAD_STATE' };
const PARTS = {
  header: { step: 3, names: ['a', 'ä'] },
  buffers: [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(700).fill(7)],
};

async function written(): Promise<Buffer> {
  await writeStateFile(scratch('state'), PARTS);
  return readFile(scratch('state'));
}

describe('a state file', () => {
  it('gives back what was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string().filter((name) => !['lengths', '__proto__'].includes(name)),
          fc.jsonValue(),
        ),
        fc.array(fc.uint8Array({ max: 255, maxLength: 300 })),
        async (fields, buffers) => {
          const header = JSON.parse(JSON.stringify(fields)) as Record<string, unknown>;
          await writeStateFile(scratch('state'), { header, buffers });
          const read = await readStateFile(scratch('state'));
          expect(read!.header).toEqual(header);
          expect(read!.buffers.map((buffer) => [...buffer])).toEqual(buffers.map((buffer) => [...buffer]));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is nothing where there is none', async () => {
    expect(await readStateFile(scratch('none'))).toBeUndefined();
  });

  it('is refused wherever it is cut off', async () => {
    const bytes = await written();
    for (let length = bytes.length - 1; length >= 0; length -= 1 + (length % 3)) {
      await truncate(scratch('state'), length);
      await expect(readStateFile(scratch('state'))).rejects.toMatchObject(BAD);
    }
  });

  it('is refused whichever bit is flipped', async () => {
    const bytes = await written();
    for (let at = 0; at < bytes.length; at += at < 120 ? 1 : 29) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (at % 8);
      await writeFile(scratch('state'), damaged);
      await expect(readStateFile(scratch('state'))).rejects.toMatchObject(BAD);
    }
  });

  it('is refused if something follows it', async () => {
    await writeFile(scratch('state'), Buffer.concat([await written(), Buffer.of(0)]));
    await expect(readStateFile(scratch('state'))).rejects.toMatchObject(BAD);
  });

  it('replaces the one before, and leaves nothing beside it', async () => {
    await written();
    await writeStateFile(scratch('state'), { header: { step: 4 }, buffers: [] });
    expect(await readStateFile(scratch('state'))).toEqual({ header: { step: 4 }, buffers: [] });
    expect(await readdir(scratch())).toEqual(['state']);
  });

  it('stays what it was if the next cannot be written', async () => {
    await written();
    const broken = { header: {}, buffers: [{ byteLength: 1 } as Uint8Array] };
    await expect(writeStateFile(scratch('state'), broken)).rejects.toMatchObject({
      code: 'TESSERA_OUTPUT_UNWRITABLE',
    });
    expect(await readdir(scratch())).toEqual(['state']);
    expect((await readStateFile(scratch('state')))!.header).toEqual(PARTS.header);
  });

  it('needs a folder', async () => {
    await expect(writeStateFile(scratch('none/state'), PARTS)).rejects.toMatchObject({
      code: 'TESSERA_OUTPUT_UNWRITABLE',
      field: scratch('none/state'),
    });
  });
});
