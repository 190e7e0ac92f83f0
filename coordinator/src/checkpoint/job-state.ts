import { TesseraError } from '@tessera/tiler';
import type { LatentCanvas } from '../canvas/latent-canvas.js';
import { HeldTiles } from '../dataflow/held-tiles.js';
import { bytesOf, floatsOf } from '../run/float-bytes.js';
import type { PassRun } from '../run/pass-run.js';
import type { StateParts } from './state-format.js';

/** Version of what follows; another one is not taken up. */
const FORMAT = 2;

/** What goes on where a run stopped: every pass, the picture's file, and what has been done so far. */
export interface JobState {
  readonly passes: readonly SavedPass[];
  /** Class of numerics that it was done in, and has to be gone on in. */
  readonly numerics: string;
  /** The post-pass has begun. */
  readonly postPassStarted: boolean;
  readonly tileSteps: number;
  /** The picture so far: state of its hash and of its writer. */
  readonly picture: { readonly hash: Uint8Array; readonly writer: Uint8Array } | undefined;
}

/** One pass of a saved run. */
export interface SavedPass {
  readonly cellSteps: Uint16Array;
  readonly held: HeldTiles;
  readonly frames: readonly SavedFrame[];
  /** Copies the saved latents onto the canvases of the new run. */
  fill(canvas: LatentCanvas, previous: LatentCanvas | undefined): void;
}

/** One guide frame that tiles have yet to read. */
export interface SavedFrame {
  readonly step: number;
  readonly frame: number;
  readonly latent: Float32Array;
  readonly missingCells: number;
  readonly readers: number;
}

interface StateHeader {
  readonly format: number;
  readonly fingerprint: string;
  readonly numerics: string;
  readonly passes: PassHeader[];
  readonly postPassStarted: boolean;
  readonly tileSteps: number;
  readonly picture: boolean;
}

interface PassHeader {
  readonly bands: number;
  readonly previousBands: number;
  readonly held: { step: number; tile: number; cells: number; moved: boolean }[];
  readonly frames: { step: number; frame: number; missingCells: number; readers: number }[];
}

/**
 * Lays a run out as the parts of a state file. Nothing is copied: write the parts before the next answer is applied. The
 * canvas of the post-pass is the finest level's and saved with that.
 */
export function saveState(
  passes: readonly PassRun[],
  rest: Pick<JobState, 'numerics' | 'postPassStarted' | 'tileSteps' | 'picture'> & {
    readonly fingerprint: string;
  },
): StateParts {
  const buffers: Uint8Array[] = [];
  const saved = new Set<LatentCanvas>();
  const headers = passes.map((run): PassHeader => {
    const { cellSteps, held } = run.pass.state;
    buffers.push(new Uint8Array(cellSteps.buffer, cellSteps.byteOffset, cellSteps.byteLength));
    const bands = saved.has(run.canvas) ? [] : run.canvas.bands;
    saved.add(run.canvas);
    const previousBands = run.previous?.bands ?? [];
    for (const band of [...bands, ...previousBands]) buffers.push(bytesOf(band));
    const heldTiles = [...held.entries()];
    for (const { held: tile } of heldTiles)
      buffers.push(bytesOf(tile.x0), ...(tile.x ? [bytesOf(tile.x)] : []));
    const frames = [...(run.frames?.entries() ?? [])];
    for (const { latent } of frames) buffers.push(bytesOf(latent));
    return {
      bands: bands.length,
      previousBands: previousBands.length,
      held: heldTiles.map(({ step, tile, held: { cells, x } }) => ({
        step,
        tile,
        cells,
        moved: x !== undefined,
      })),
      frames: frames.map(({ step, frame, missingCells, readers }) => ({
        step,
        frame,
        missingCells,
        readers,
      })),
    };
  });
  const { fingerprint, numerics, postPassStarted, tileSteps, picture } = rest;
  if (picture) buffers.push(picture.hash, picture.writer);
  const header: StateHeader = {
    format: FORMAT,
    fingerprint,
    numerics,
    passes: headers,
    postPassStarted,
    tileSteps,
    picture: picture !== undefined,
  };
  return { header: { ...header }, buffers };
}

/** A state without the picture, whose file is not where it is gone on with: its windows are decoded again. */
export function withoutPicture({ header, buffers }: StateParts): StateParts {
  if (!(header as unknown as StateHeader).picture) return { header, buffers };
  return { header: { ...header, picture: false }, buffers: buffers.slice(0, -2) };
}

/** Reads the parts back. Throws TESSERA_BAD_STATE if another version wrote them, TESSERA_STATE_MISMATCH if another job did. */
export function loadState({ header, buffers }: StateParts, fingerprint: string): JobState {
  const { format, numerics, passes, postPassStarted, tileSteps, picture } = header as unknown as StateHeader;
  if (format !== FORMAT)
    throw TesseraError.expected('TESSERA_BAD_STATE', 'format of the saved state', `${FORMAT}`, format);
  if (header.fingerprint !== fingerprint)
    throw TesseraError.expected('TESSERA_STATE_MISMATCH', 'saved state', 'one of the same job', 'another');
  const next = buffers[Symbol.iterator]();
  const take = () => next.next().value!;
  return {
    numerics,
    passes: passes.map((saved) => loadPass(saved, take)),
    postPassStarted,
    tileSteps,
    picture: picture ? { hash: Uint8Array.from(take()), writer: Uint8Array.from(take()) } : undefined,
  };
}

function loadPass(saved: PassHeader, take: () => Uint8Array): SavedPass {
  const cellSteps = new Uint16Array(Uint8Array.from(take()).buffer);
  const bands = Array.from({ length: saved.bands }, take);
  const previousBands = Array.from({ length: saved.previousBands }, take);
  const held = new HeldTiles();
  for (const { step, tile, cells, moved } of saved.held) {
    const x0 = floatsOf(take());
    held.add(step, tile, { x0, x: moved ? floatsOf(take()) : undefined, cells });
  }
  const frames = saved.frames.map((frame) => ({ ...frame, latent: floatsOf(take()) }));
  return {
    cellSteps,
    held,
    frames,
    fill(canvas, previous) {
      fillBands(canvas, bands);
      if (previous) fillBands(previous, previousBands);
    },
  };
}

/** Copies the bands and lets go of them, since the state lives as long as the run. */
function fillBands(canvas: LatentCanvas, bands: Uint8Array[]): void {
  for (const [row, band] of bands.splice(0).entries()) bytesOf(canvas.bands[row]!).set(band);
}
