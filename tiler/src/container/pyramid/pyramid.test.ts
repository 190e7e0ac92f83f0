import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutTile, halvePicture, makeFolder, makeInfo, makePixels, tilesOf } from '../testing/picture.js';
import { TILE_SIZE } from '../tile.js';
import { pyramidLevels, validSize } from './levels.js';
import { Pyramid } from './pyramid.js';
import { Spool } from './spool.js';

/** The levels of a picture as the pyramid emits them for tiles in a given order, put together again. */
async function reduceByTiles(folder: string, width: number, height: number, order: [number, number][]) {
  const levels = pyramidLevels(width, height, 'all');
  const pictures = levels.map((level) => new Uint8Array(level.width * level.height * 3));
  const spool = await Spool.create(join(folder, 'spool'));
  const pyramid = new Pyramid(levels, spool, async (level, column, row, tile) => {
    const valid = validSize(levels[level]!, column, row);
    for (let y = 0; y < valid.height; y++) {
      const to = ((row * TILE_SIZE + y) * levels[level]!.width + column * TILE_SIZE) * 3;
      pictures[level]!.set(tile.subarray(y * TILE_SIZE * 3, (y * TILE_SIZE + valid.width) * 3), to);
    }
  });
  const pixels = makePixels(width, height);
  for (const [column, row] of order)
    await pyramid.add(column, row, cutTile(pixels, makeInfo(width, height), column, row));
  await spool.remove();
  return pictures;
}

const sides = fc.integer({ min: 1, max: 1100 });

it('gives the levels of the whole picture reduced at once, whatever the order of the tiles', async () => {
  const folder = await makeFolder();
  const cases = fc.record({ width: sides, height: sides }).chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      order: fc.shuffledSubarray(tilesOf({ width, height }), {
        minLength: tilesOf({ width, height }).length,
      }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ width, height, order }) => {
      const levels = pyramidLevels(width, height, 'all');
      const pictures = await reduceByTiles(folder, width, height, order);
      let expected = makePixels(width, height);
      for (const [level, picture] of pictures.entries()) {
        expect(Buffer.compare(picture, expected), `level ${level}`).toBe(0);
        expected = halvePicture(expected, levels[level]!.width, levels[level]!.height);
      }
    }),
    { numRuns: 15 },
  );
});

it('holds no more than two quadrants a parent of one row when tiles come row by row', async () => {
  const [width, height] = [2048, 2048];
  const spool = await Spool.create(join(await makeFolder(), 'spool'));
  const pyramid = new Pyramid(pyramidLevels(width, height, 'tile'), spool, async () => {});
  const tile = cutTile(makePixels(256, 256), makeInfo(256, 256), 0, 0);
  let most = 0;
  for (const [column, row] of tilesOf({ width, height })) {
    await pyramid.add(column, row, tile);
    const { pending } = await pyramid.checkpoint();
    const waiting = pending.map((parents) => parents.size);
    most = Math.max(most, ...waiting.map((parents, level) => parents / (8 / 2 ** level)));
  }
  await spool.remove();
  expect(most).toBeLessThanOrEqual(1);
});

it('says which tiles it has and which is missing', async () => {
  const spool = await Spool.create(join(await makeFolder(), 'spool'));
  const pyramid = new Pyramid(pyramidLevels(600, 300, 'none'), spool, async () => {});
  const tile = cutTile(makePixels(600, 300), makeInfo(600, 300), 0, 0);
  for (const [column, row] of tilesOf({ width: 600, height: 300 }))
    if (column !== 1 || row !== 1) await pyramid.add(column, row, tile);
  await spool.remove();
  expect([pyramid.has(0, 1), pyramid.has(1, 1), pyramid.firstMissing()]).toEqual([true, false, 4]);
});
