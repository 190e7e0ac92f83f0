import { readdir, readFile } from 'node:fs/promises';
import type { RenderReport } from '@tessera/coordinator';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { scratchFolder } from '../testing/scratch.js';

const scratch = scratchFolder();
const SETTINGS = ['--bundle', TINY_BUNDLE, '--size', '300x170', '--seed', '7'];

/** Renders to `name` in the scratch folder; gives the report. */
async function render(args: readonly string[] = [], name = 'picture.tif'): Promise<RenderReport> {
  const all = ['render', ...SETTINGS, ...args, '--out', scratch(name), '--json'];
  const { code, stdout, stderr } = await tessera(all);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as RenderReport;
}

describe('tessera render', () => {
  it('leaves the picture and what was asked for, nothing else', async () => {
    const files = ['--report', scratch('report.json'), '--save-grid', scratch('grid.npy')];
    await render(files, 'picture.svs.tif');
    expect((await readdir(scratch())).sort()).toEqual(['grid.npy', 'picture.svs.tif', 'report.json']);
    const { width, height } = await sharp(scratch('picture.svs.tif')).metadata();
    expect([width, height]).toEqual([300, 170]);
  });

  it('writes the report that it prints with --json', async () => {
    const printed = await render(['--report', scratch('report.json')]);
    const report = JSON.parse(await readFile(scratch('report.json'), 'utf8'));
    expect(printed).toEqual({ output: scratch('picture.tif'), ...report });
    expect(report).toMatchObject({ seed: '7', canvas: { width: 300, height: 170 }, noise: 1 });
  });

  it('shows lines of progress where there is no terminal, and says where the picture is', async () => {
    const { stdout, stderr } = await tessera(['render', ...SETTINGS, '--out', scratch('picture.png')]);
    expect(stdout).toContain(`${scratch('picture.png')}\n300x170 px, seed 7`);
    expect(stderr).toMatch(/100 %: (\d+)\/\1 tile-steps/);
  });

  it('says what it would do with --plan, and does as it said', async () => {
    const { stdout } = await tessera(['render', ...SETTINGS, '--plan', '--json']);
    expect(await readdir(scratch())).toEqual([]);
    const { tileSteps, evaluations, flops } = JSON.parse(stdout);
    expect(await render()).toMatchObject({ tileSteps, evaluations, flops });
  });

  it('says of a canvas too large for its top level that it is coherent only through its grid', async () => {
    const { stdout } = await tessera(['render', '--bundle', TINY_BUNDLE, '--size', '65536x1024', '--plan']);
    expect(stdout).toContain('coherent only through its embedding grid');
  });

  it('renders at another magnification', async () => {
    expect(await render(['--power', '5'])).toMatchObject({ settings: { power: 5 } });
  });
});

describe('the same picture', () => {
  const hashes = ({ latentSha256, imageSha256 }: RenderReport) => ({ latentSha256, imageSha256 });
  const other = scratchFolder();
  let expected: ReturnType<typeof hashes>;
  beforeEach(async () => {
    const args = ['render', ...SETTINGS, '--out', other('expected.tif'), '--json'];
    expected ??= hashes(JSON.parse((await tessera(args)).stdout));
  });

  it.each([['--batch', '1'], ['--batch', '4'], ['--batch', '16'], ['--threads', '1'], ['--barrier']])(
    'comes of %s %s',
    async (...args) => {
      expect(hashes(await render(args))).toEqual(expected);
    },
  );

  it('comes of the grid that was saved', async () => {
    await render(['--save-grid', scratch('grid.npy')], 'first.tif');
    expect(hashes(await render(['--grid', scratch('grid.npy')]))).toEqual(expected);
  });

  it('does not come of another seed, tissue or image', async () => {
    const { latentSha256 } = expected;
    await render([], 'first.png');
    const others = [
      ['--seed', '8'],
      ['--tissue', 'busy'],
      ['--tissue', 'plain'],
      ['--like', scratch('first.png')],
    ];
    const hashesOfOthers = [];
    for (const [i, args] of others.entries())
      hashesOfOthers.push((await render(args, `${i}.tif`)).latentSha256);
    // The seed drew one of the two tissues, so naming that one changes nothing.
    expect(new Set([latentSha256, ...hashesOfOthers]).size).toBe(4);
  });
});
