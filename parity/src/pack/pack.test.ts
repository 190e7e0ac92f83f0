import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleOf } from './bundle.js';
import { parseCaseFile } from './case-file.js';
import { discoverPacks } from './discover.js';
import { REPOSITORY } from './repository.js';

const OWN = join(REPOSITORY, 'parity', 'packs');

test('finds the packs in a folder', async () => {
  expect((await discoverPacks(OWN)).map(({ name }) => name)).toEqual(['small-parts', 'small-pyramid']);
});

test('takes a folder that is a pack itself', async () => {
  expect((await discoverPacks(join(OWN, 'small-pyramid'))).map(({ name }) => name)).toEqual([
    'small-pyramid',
  ]);
});

test('refuses a folder without packs', async () => {
  await expect(discoverPacks(join(OWN, 'small-guided'))).rejects.toThrow('Expected a case.json');
});

test('finds the bundle that a pyramid names beside it', async () => {
  const [pack] = await discoverPacks(join(OWN, 'small-pyramid'));
  expect(await bundleOf(pack!)).toBe(join(OWN, 'small-guided'));
});

test('passes over a bundle of the name with another manifest', async () => {
  const [pack] = await discoverPacks(join(OWN, 'small-pyramid'));
  const other = { ...pack!, file: { ...pack!.file, bundleManifestSha256: '0'.repeat(64) } };
  await expect(bundleOf(other as typeof pack & object)).rejects.toThrow(
    'small-guided with manifest SHA-256 0000',
  );
});

test('names the field of case.json at fault', () => {
  expect(() => parseCaseFile({ kind: 'pyramid', steps: 0 }, 'case.json')).toThrow('case.json:');
  expect(() =>
    parseCaseFile({ cases: { decode: { params: {}, files: {}, tolerance: { image: 1 } } } }, 'p'),
  ).toThrow('p: /cases/decode/tolerance/image');
});
