import { writeFile } from 'node:fs/promises';
import { dump } from 'npyjs';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch.js';
import { readGrid, writeGrid } from './grid-file.js';

const scratch = scratchFolder();

async function file(bytes: ArrayBuffer | string): Promise<string> {
  const path = scratch('grid.npy');
  await writeFile(path, typeof bytes === 'string' ? bytes : new Uint8Array(bytes));
  return path;
}

const values = (length: number) => Float32Array.from({ length }, (_, i) => i / 4);

describe('readGrid', () => {
  it('reads back what writeGrid wrote', async () => {
    const grid = { channels: 2, width: 3, height: 4, data: values(24) };
    const path = scratch('grid.npy');
    await writeGrid(path, grid);
    expect(await readGrid(path, 2)).toEqual(grid);
  });

  it('takes doubles', async () => {
    const path = await file(dump(Float64Array.from(values(8)), [2, 2, 2]));
    expect((await readGrid(path, 2)).data).toEqual(values(8));
  });

  it.each<[string, ArrayBuffer | string, RegExp]>([
    ['another number of channels', dump(values(12), [3, 2, 2]), /Expected 2 channels for --grid but got 3/],
    ['two axes', dump(values(8), [2, 4]), /shape \[2, H, W\]/],
    ['four axes', dump(values(8), [2, 2, 2, 1]), /shape \[2, H, W\]/],
    ['integers', dump(Int32Array.from(values(8)), [2, 2, 2]), /floats in C order/],
    ['fewer values than the shape says', dump(values(6), [2, 2, 2]), /2 x 2 x 2 values/],
    ['no vectors', dump(values(0), [2, 0, 3]), /at least one vector/],
    ['NaN', dump(Float32Array.of(0, 1, 2, Number.NaN), [2, 1, 2]), /a finite number/],
    ['infinity', dump(Float32Array.of(0, Number.NEGATIVE_INFINITY), [2, 1, 1]), /a finite number/],
    ['no NumPy file', 'once upon a time', /a NumPy .npy file/],
    ['an empty file', '', /a NumPy .npy file/],
    ['a cut header', '\u0093NUMPY', /a NumPy .npy file/],
  ])('refuses %s', async (_what, bytes, message) => {
    await expect(readGrid(await file(bytes), 2)).rejects.toMatchObject({
      code: 'TESSERA_BAD_GRID',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a file that is not there', async () => {
    await expect(readGrid(scratch('none.npy'), 2)).rejects.toMatchObject({ code: 'TESSERA_BAD_GRID' });
  });
});
