import { cp, mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump } from 'npyjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { scratchFolder } from '../testing/scratch.js';

const scratch = scratchFolder();
let out: string;

beforeEach(async () => {
  await mkdir(scratch('out'));
  out = scratch('out/picture.tif');
});

/** Runs `tessera render`, which must refuse with `code` and leave nothing behind. */
async function refused(args: readonly string[], code: string, message: RegExp): Promise<void> {
  const before = await readdir(scratch('out'));
  const defaults = [
    ['--size', '128x128'],
    ['--bundle', TINY_BUNDLE],
    ['--out', out],
  ].filter(([name]) => !args.includes(name!));
  const { code: exit, stderr, stdout } = await tessera(['render', ...defaults.flat(), ...args]);
  expect(stderr).toMatch(new RegExp(`^tessera: ${code}: `));
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect([exit, stdout]).toEqual([2, '']);
  expect(await readdir(scratch('out'))).toEqual(before);
}

describe('options with a bad value', () => {
  it.each<[string[], string, RegExp]>([
    [['--size', '0x512'], 'TESSERA_BAD_ARGUMENT', /for --size but got '0x512'/],
    [['--size', '-512x512'], 'TESSERA_BAD_ARGUMENT', /for --size but got '-512x512'/],
    [['--size', 'wide'], 'TESSERA_BAD_ARGUMENT', /for --size but got 'wide'/],
    [['--size', '131073x512'], 'TESSERA_BAD_ARGUMENT', /1 to 131072 px for --size/],
    [['--size', '40000x512', '--out', 'x.png'], 'TESSERA_PLAN_REFUSED', /32768 px a side/],
    [['--power', '40'], 'TESSERA_BAD_ARGUMENT', /one of 20, 10, 5, 2\.5 for --power but got 40/],
    [['--sampler', 'euler'], 'TESSERA_BAD_ARGUMENT', /dpmpp-2m for --sampler but got 'euler'/],
    [['--steps', '0'], 'TESSERA_BAD_ARGUMENT', /for --steps but got/],
    [['--guidance-scale', 'NaN'], 'TESSERA_BAD_ARGUMENT', /for --guidance-scale but got 'NaN'/],
    [['--projection', 'gravity'], 'TESSERA_BAD_ARGUMENT', /for --projection but got 'gravity'/],
    [['--guide-blur', '2'], 'TESSERA_BAD_ARGUMENT', /for --guide-blur but got 2/],
    [['--batch', '0'], 'TESSERA_BAD_ARGUMENT', /for --batch but got '0'/],
    [['--tissue', 'brain'], 'TESSERA_BAD_ARGUMENT', /plain, busy for --tissue but got 'brain'/],
    [['--device', 'abacus'], 'TESSERA_DEVICE_UNAVAILABLE', /abacus/],
    [['--sede', '7'], 'TESSERA_BAD_ARGUMENT', /unknown option '--sede'\n\(Did you mean --seed\?\)/],
    [['--seed'], 'TESSERA_BAD_ARGUMENT', /argument missing/],
    [['--like', 'a.png', '--tissue', 'busy'], 'TESSERA_BAD_ARGUMENT', /cannot be used with/],
  ])('%j', async (args, code, message) => {
    await refused(args, code, message);
  });
});

describe('outputs', () => {
  it.each(['--report', '--save-grid'])('refuses %s in the file of the picture', async (option) => {
    await refused([option, out], 'TESSERA_BAD_ARGUMENT', /another file than for --out/);
  });

  it('refuses an unknown format, saying which there are', async () => {
    await refused(['--out', scratch('out/picture.bmp')], 'TESSERA_BAD_ARGUMENT', /\.svs\.tif/);
  });

  it('refuses a folder that is not there, for each of the files', async () => {
    for (const option of ['--out', '--report', '--save-grid'])
      await refused([option, scratch('none/picture.tif')], 'TESSERA_OUTPUT_UNWRITABLE', /folder that exists/);
  });

  it('refuses a folder where nothing can be made', async () => {
    await refused(['--out', '/proc/picture.tif'], 'TESSERA_OUTPUT_UNWRITABLE', /\/proc\/picture\.tif/);
  });

  it('does not write over a file without --force', async () => {
    await writeFile(out, 'precious');
    await refused([], 'TESSERA_OUTPUT_EXISTS', /--force/);
    expect(await readFile(out, 'utf8')).toBe('precious');
  });

  it('does not write over the tiles of a DeepZoom picture', async () => {
    await mkdir(scratch('out/zoom_files'));
    await refused(['--out', scratch('out/zoom.dzi')], 'TESSERA_OUTPUT_EXISTS', /zoom_files/);
  });

  it('asks for a name', async () => {
    const { code, stderr } = await tessera(['render', '--bundle', TINY_BUNDLE]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Expected a file name for --out')]);
  });
});

describe('starting content', () => {
  it('refuses images that cannot be read', async () => {
    await writeFile(scratch('story.jpg'), 'once upon a time');
    await refused(['--like', scratch('story.jpg')], 'TESSERA_BAD_IMAGE', /story\.jpg/);
  });

  it('refuses a huge image', async () => {
    await writeFile(
      scratch('huge.svg'),
      '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>',
    );
    await refused(['--like', scratch('huge.svg')], 'TESSERA_BAD_IMAGE', /268 megapixels/);
  });

  it('refuses grids of another shape, and with NaN', async () => {
    const grid = scratch('grid.npy');
    await writeFile(grid, new Uint8Array(dump(new Float32Array(16), [4, 2, 2])));
    await refused(['--grid', grid], 'TESSERA_BAD_GRID', /8 channels for --grid but got 4/);
    await writeFile(grid, new Uint8Array(dump(new Float32Array(8).fill(Number.NaN), [8, 1, 1])));
    await refused(['--grid', grid], 'TESSERA_BAD_GRID', /finite/);
  });
});

describe('bundles', () => {
  let bundle: string;
  beforeEach(async () => {
    bundle = scratch('bundle');
    await cp(TINY_BUNDLE, bundle, { recursive: true });
  });

  /** Changes the manifest by a piece of its text. */
  async function edit(from: string | RegExp, to: string): Promise<void> {
    const path = join(bundle, 'manifest.json');
    const text = await readFile(path, 'utf8');
    expect(text).toMatch(from);
    await writeFile(path, text.replace(from, to));
  }

  it('refuses a folder without a manifest', async () => {
    await refused(['--bundle', scratch('out')], 'TESSERA_BAD_BUNDLE', /manifest\.json/);
  });

  it('refuses a bundle that lacks a file, or has another', async () => {
    await truncate(join(bundle, 'decoder.onnx'), 100);
    await refused(['--bundle', bundle], 'TESSERA_BUNDLE_DIGEST', /decoder\.onnx/);
    await edit('decoder.onnx', 'gone.onnx');
    await refused(['--bundle', bundle], 'TESSERA_BAD_BUNDLE', /gone\.onnx/);
  });

  it('refuses a path or a link out of the folder', async () => {
    await edit('decoder.onnx', '../bundle/decoder.onnx');
    await refused(['--bundle', bundle], 'TESSERA_BAD_BUNDLE', /graphs.decoder.file/);
    await symlink(join(TINY_BUNDLE, 'decoder.onnx'), join(bundle, 'link.onnx'));
    await edit('../bundle/decoder.onnx', 'link.onnx');
    await refused(['--bundle', bundle], 'TESSERA_BAD_BUNDLE', /link/);
  });

  it('refuses shapes that are not those of the graph', async () => {
    await edit(/"tokens": 17/, '"tokens": 16');
    await refused(['--bundle', bundle], 'TESSERA_BAD_BUNDLE', /shape/);
  });

  it('refuses what the bundle cannot do, naming the option', async () => {
    const folded = join(TINY_BUNDLE, '../tiny-folded');
    const role = 'TESSERA_BUNDLE_ROLE';
    await writeFile(scratch('like.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await refused(['--bundle', folded, '--like', scratch('like.svg')], role, /--like/);
    await refused(['--bundle', folded, '--tissue', 'busy'], role, /--tissue/);
    await refused(['--bundle', folded, '--projection', 'newton'], role, /'encoder'/);
    await refused(['--bundle', folded], role, /--grid/);
  });
});
