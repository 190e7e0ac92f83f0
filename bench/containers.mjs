// The BigTIFF writer against libvips, each in a process of its own so that its peak memory is its own.
//
//   node bench/containers.mjs [--side 8192] [--quality 85] [--runs 5]
//
// Both are fed the same 256 px tiles in row-major order and write a tiled JPEG pyramid. libvips takes rows, so its tiles
// are first laid into a band of 256 rows; it has all cores, Tessera what its writer uses. Runs alternate; the wall
// ratio is the median of the pairs, which shared machines disturb least, and the memory ratio that of the largest peaks.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { openPicture } from '../tiler/dist/container/open.js';

const TILE = 256;
const TILE_BYTES = TILE * TILE * 3;
const TEXTURE = 512;
const TILES = 16;

const { values } = parseArgs({
  options: {
    side: { type: 'string', default: '8192' },
    quality: { type: 'string', default: '85' },
    runs: { type: 'string', default: '5' },
    candidate: { type: 'string' },
  },
});
const side = Number(values.side);
const quality = Number(values.quality);

if (values.candidate) console.log(JSON.stringify(await measure(values.candidate)));
else compare(Number(values.runs));

function compare(runs) {
  const results = { tessera: [], libvips: [] };
  for (let run = 0; run < runs; run++)
    for (const candidate of ['tessera', 'libvips']) {
      const options = ['--candidate', candidate, '--side', side, '--quality', quality].map(String);
      const out = execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...options], {
        encoding: 'utf8',
      });
      results[candidate].push(JSON.parse(out));
    }
  const { tessera, libvips } = results;
  const figures = {
    figure: 'BigTIFF writer against libvips tiff({tile, pyramid})',
    side,
    quality,
    runs,
    wallRatio: median(tessera.map(({ seconds }, run) => seconds / libvips[run].seconds)),
    wallLimit: 1.2,
    memoryRatio: peak(tessera) / peak(libvips),
    memoryLimit: 0.25,
    tesseraSeconds: tessera.map(({ seconds }) => seconds),
    libvipsSeconds: libvips.map(({ seconds }) => seconds),
    tesseraPeakBytes: peak(tessera),
    libvipsPeakBytes: peak(libvips),
  };
  console.log(JSON.stringify(figures));
  console.table(
    Object.fromEntries(
      Object.entries(results).map(([name, list]) => [
        name,
        {
          'seconds (median)': median(list.map(({ seconds }) => seconds)).toFixed(2),
          'CPU s (median)': median(list.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2),
          'peak MiB': (peak(list) / 2 ** 20).toFixed(0),
          'file MiB': (list[0].fileBytes / 2 ** 20).toFixed(1),
        },
      ]),
    ),
  );
  const wall = `wall ${figures.wallRatio.toFixed(2)} (limit 1.2)`;
  console.log(`ratios: ${wall}, peak memory ${figures.memoryRatio.toFixed(3)} (limit 0.25)`);
}

async function measure(candidate) {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
  try {
    const tiles = cutTiles(await makeTexture());
    const cpu = process.cpuUsage();
    const start = performance.now();
    const fileBytes = await { tessera: writeTessera, libvips: writeLibvips }[candidate](folder, tiles);
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    return { seconds, cpuSeconds: (user + system) / 1e6, peakBytes, fileBytes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeTessera(folder, tiles) {
  const writer = await openPicture({
    path: join(folder, 'out.tif'),
    workDir: folder,
    format: 'tif',
    info: { width: side, height: side, metersPerPixel: 5e-7, power: 20, quality, description: { seed: '1' } },
  });
  for (let row = 0; row < side / TILE; row++)
    for (let column = 0; column < side / TILE; column++)
      await writer.writeTile(column, row, tileAt(tiles, column, row));
  return (await writer.finish()).bytes;
}

async function writeLibvips(folder, tiles) {
  const picture = sharp({ raw: { width: side, height: side, channels: 3 }, limitInputPixels: false }).tiff({
    compression: 'jpeg',
    quality,
    tile: true,
    tileWidth: TILE,
    tileHeight: TILE,
    pyramid: true,
    bigtiff: true,
    resolutionUnit: 'cm',
    xres: 2000,
    yres: 2000,
  });
  const written = picture.toFile(join(folder, 'out.tif'));
  for (let row = 0; row < side / TILE; row++) {
    // The stream keeps what it is given, so each band is a new one.
    const band = Buffer.allocUnsafe(TILE * side * 3);
    for (let column = 0; column < side / TILE; column++) {
      const tile = tileAt(tiles, column, row);
      for (let y = 0; y < TILE; y++)
        band.set(tile.subarray(y * TILE * 3, (y + 1) * TILE * 3), (y * side + column * TILE) * 3);
    }
    if (!picture.write(band)) await once(picture, 'drain');
  }
  picture.end();
  return (await written).size;
}

/** Windows of the texture, cut beforehand so that feeding costs nothing. */
function cutTiles(texture) {
  return Array.from({ length: TILES }, (_, index) => {
    const tile = new Uint8Array(TILE_BYTES);
    const [left, top] = [(index * 37) % (TEXTURE - TILE), (index * 53) % (TEXTURE - TILE)];
    for (let y = 0; y < TILE; y++) {
      const from = ((top + y) * TEXTURE + left) * 3;
      tile.set(texture.subarray(from, from + TILE * 3), y * TILE * 3);
    }
    return tile;
  });
}

function tileAt(tiles, column, row) {
  return tiles[(column * 3 + row * 5) % tiles.length];
}

/** Soft blobs of several sizes: as hard to compress as stained tissue (about 1.4 bits a pixel at quality 85). */
async function makeTexture() {
  const octaves = [4, 32, 128].map(async (cells) => {
    const noise = new Uint8Array(cells * cells * 3);
    let state = cells;
    for (let i = 0; i < noise.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      noise[i] = state >>> 24;
    }
    return sharp(noise, { raw: { width: cells, height: cells, channels: 3 } })
      .resize(TEXTURE, TEXTURE, { kernel: 'cubic' })
      .raw()
      .toBuffer();
  });
  const layers = await Promise.all(octaves);
  return layers[0].map((_, i) => (layers[0][i] + layers[1][i] + layers[2][i]) / 3);
}

function peak(list) {
  return Math.max(...list.map(({ peakBytes }) => peakBytes));
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
