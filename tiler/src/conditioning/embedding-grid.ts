import { TesseraError } from '../error/tessera-error.js';

/**
 * Raw (not standardised) embedding vectors on a regular grid: one vector every tile side at scale 1, unless said
 * otherwise. `data` is E,H,W: channels, height, width.
 */
export interface EmbeddingGrid {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Throws TESSERA_BAD_GRID, naming `field`, unless the grid has `channels` channels, the right length and no NaN or Inf. */
export function checkGrid(grid: EmbeddingGrid, channels: number, field: string): void {
  const { width, height, data } = grid;
  if (grid.channels !== channels)
    throw TesseraError.expected('TESSERA_BAD_GRID', field, `${channels} channels`, grid.channels);
  if (width < 1 || height < 1 || data.length !== channels * width * height)
    throw TesseraError.expected(
      'TESSERA_BAD_GRID',
      field,
      `${channels} x ${height} x ${width} values, at least one vector,`,
      data.length,
    );
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw TesseraError.expected('TESSERA_BAD_GRID', `${field}[${at}]`, 'a finite number', data[at]);
}
