import { expect, it } from 'vitest';
import { checkFits, formatOf } from './format.js';

it.each([
  ['a.svs.tif', 'svs'],
  ['folder.dzi/a.ome.tif', 'ome'],
  ['a.b.tif', 'tif'],
  ['A.DZI', 'dzi'],
  ['a.png', 'png'],
  ['a.jpg', 'jpg'],
])('knows %s as %s', (path, format) => {
  expect(formatOf(path)).toBe(format);
});

it.each(['a.webp', 'a', '', '.tif', 'folder/.png', 'a.tif/', 'a.png.txt'])('refuses %j', (path) => {
  expect(() => formatOf(path)).toThrow(
    expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT', message: expect.stringContaining('.svs.tif') }),
  );
});

it('refuses single pictures that viewers cannot open and says what to take', () => {
  expect(() => checkFits('png', 32_768, 40_000)).toThrow(
    expect.objectContaining({ code: 'TESSERA_PLAN_REFUSED', message: expect.stringContaining('.dzi') }),
  );
  expect(() => checkFits('jpg', 32_768, 32_768)).not.toThrow();
  expect(() => checkFits('svs', 131_072, 131_072)).not.toThrow();
});
