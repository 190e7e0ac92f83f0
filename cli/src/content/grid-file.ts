import { readFile, writeFile } from 'node:fs/promises';
import { checkGrid, type EmbeddingGrid, TesseraError } from '@tessera/tiler';
import { dump, type NpyArray, parse } from 'npyjs';
import { fileError } from '../output/writable.js';

/**
 * An embedding grid from a NumPy file: float16, float32 or float64, shape [E,H,W] with E = `channels`, in C order.
 * Throws TESSERA_BAD_GRID naming `field`.
 */
export async function readGrid(path: string, channels: number, field = '--grid'): Promise<EmbeddingGrid> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw badGrid(field, 'a file that can be read', `${path} (${error.code})`);
  });
  const { shape, data, dtype, fortranOrder } = parseNpy(bytes, field, path);
  const [e, height, width, ...more] = shape;
  if (!/^f[248]$/.test(dtype) || fortranOrder)
    throw badGrid(
      field,
      'floats in C order',
      `${path} of ${dtype}${fortranOrder ? ' in Fortran order' : ''}`,
    );
  if (e === undefined || height === undefined || width === undefined || more.length > 0)
    throw badGrid(field, `an array of shape [${channels}, H, W]`, shape);
  const grid = { channels: e, width, height, data: Float32Array.from(data as Float32Array) };
  checkGrid(grid, channels, field);
  return grid;
}

/** Writes a grid as a NumPy file of float32 [E,H,W]. `path` is that of --save-grid. */
export async function writeGrid(
  path: string,
  { channels, width, height, data }: EmbeddingGrid,
): Promise<void> {
  const bytes = dump(data, [channels, height, width]);
  await writeFile(path, new Uint8Array(bytes)).catch((error) => {
    throw fileError(error, '--save-grid', path);
  });
}

function parseNpy(bytes: Buffer, field: string, path: string): NpyArray {
  try {
    // An own copy: the parser takes a whole ArrayBuffer, and a Buffer may be part of a shared one.
    return parse(new Uint8Array(bytes).buffer);
  } catch {
    throw badGrid(field, 'a NumPy .npy file', path);
  }
}

function badGrid(field: string, expected: string, got: unknown): TesseraError {
  return TesseraError.expected('TESSERA_BAD_GRID', field, expected, got);
}
