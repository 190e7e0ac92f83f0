import { mkdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../testing/picture.js';
import { QUADRANT_BYTES } from './box.js';
import { Spool } from './spool.js';

const quadrant = (value: number) => new Uint8Array(QUADRANT_BYTES).fill(value);

async function makeSpool() {
  const folder = await makeFolder();
  const path = join(folder, 'spool');
  const spool = await Spool.create(path);
  onTestFinished(() => spool.close().catch(() => {}));
  return { path, spool };
}

async function valueIn(spool: Spool, slot: number): Promise<number> {
  const out = new Uint8Array(QUADRANT_BYTES);
  await spool.take(slot, out);
  return out[QUADRANT_BYTES - 1]!;
}

it('gives back what was put', async () => {
  const { spool } = await makeSpool();
  const [a, b] = [await spool.put(quadrant(1)), await spool.put(quadrant(2))];
  expect([await valueIn(spool, b), await valueIn(spool, a)]).toEqual([2, 1]);
});

it('keeps a bounded number of quadrants in memory and the rest in the file', async () => {
  const { path, spool } = await makeSpool();
  const slots = [];
  for (let i = 0; i < 300; i++) slots.push(await spool.put(quadrant(i & 255)));
  expect((await stat(path)).size).toBe((300 - 256) * QUADRANT_BYTES);
  for (const [i, slot] of slots.entries()) expect(await valueIn(spool, slot)).toBe(i & 255);
});

it('uses a slot again at once if no state names it', async () => {
  const { spool } = await makeSpool();
  const slot = await spool.put(quadrant(1));
  await valueIn(spool, slot);
  expect(await spool.put(quadrant(2))).toBe(slot);
});

it('keeps a slot of a saved state until the state after it is saved too', async () => {
  const { spool } = await makeSpool();
  const slot = await spool.put(quadrant(1));
  await spool.checkpoint([slot]);
  await valueIn(spool, slot);
  expect(await spool.put(quadrant(2))).not.toBe(slot);
  await spool.checkpoint([1]);
  expect(await spool.put(quadrant(3))).not.toBe(slot);
  await spool.checkpoint([1, 2]);
  expect(await spool.put(quadrant(4))).toBe(slot);
});

it('goes on from the slots of a saved state', async () => {
  const { path, spool } = await makeSpool();
  for (let i = 0; i < 4; i++) await spool.put(quadrant(i));
  await spool.checkpoint([1, 3]);
  await spool.close();
  const resumed = await Spool.resume(path, [1, 3]);
  onTestFinished(() => resumed.close());
  expect([await resumed.put(quadrant(8)), await resumed.put(quadrant(9))].sort()).toEqual([0, 2]);
  expect([await valueIn(resumed, 1), await valueIn(resumed, 3)]).toEqual([1, 3]);
});

it('refuses a file shorter than the saved state says', async () => {
  const { path, spool } = await makeSpool();
  const slot = await spool.put(quadrant(1));
  await spool.checkpoint([slot]);
  await spool.close();
  await truncate(path, QUADRANT_BYTES - 1);
  await expect(Spool.resume(path, [slot])).rejects.toMatchObject({ code: 'TESSERA_BAD_STATE', field: path });
});

it('refuses a place that cannot be written', async () => {
  const path = join(await makeFolder(), 'folder');
  await mkdir(path);
  await expect(Spool.create(path)).rejects.toMatchObject({ code: 'TESSERA_OUTPUT_UNWRITABLE', field: path });
});
