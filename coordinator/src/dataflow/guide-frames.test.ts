import { cellsOfTile, type Level, regularLattice } from '@tessera/tiler';
import { describe, expect, it, vi } from 'vitest';
import { countFrameReaders } from './frame-readers.js';
import { GuideFrames } from './guide-frames.js';

const lattice = regularLattice(56, 32, { size: 32, stride: 24, cell: 8 });
const level = { lattice } as unknown as Level;

function makeFrames(readers = (step: number) => (step === 3 ? 2 : 0)) {
  const events = { onDecode: vi.fn(), onRelease: vi.fn() };
  return { frames: new GuideFrames(level, 1, readers, events), events };
}

function captureAll(frames: GuideFrames, step: number): void {
  for (let row = 0; row < lattice.rows.cells; row++) {
    for (let column = 0; column < lattice.columns.cells; column++)
      frames.capture(column, row, step, new Float32Array(64).fill(10 * row + column));
  }
}

describe('GuideFrames', () => {
  it('asks for a frame to be decoded once all its cells have come', () => {
    const { frames, events } = makeFrames();
    captureAll(frames, 3);
    expect(events.onDecode.mock.calls).toEqual([
      [3, 0],
      [3, 1],
    ]);
  });

  it('lays the cells out as the window sees them', () => {
    const { frames } = makeFrames();
    captureAll(frames, 3);
    const latent = frames.latent(3, 1)!;
    expect([latent[0], latent[8], latent[8 * 32]]).toEqual([3, 4, 13]);
  });

  it('takes no notice of steps that guide nothing', () => {
    const { frames, events } = makeFrames();
    captureAll(frames, 2);
    expect(events.onDecode).not.toHaveBeenCalled();
    expect(frames.size).toBe(0);
  });

  it('wakes who waits for a frame, once', () => {
    const { frames } = makeFrames();
    const wake = vi.fn();
    expect(frames.await(3, [0, 1], { wake })).toBe(false);
    captureAll(frames, 3);
    frames.decoded(3, 0);
    frames.decoded(3, 0);
    expect(wake).toHaveBeenCalledTimes(1);
    frames.decoded(3, 1);
    expect(frames.await(3, [0, 1], { wake })).toBe(true);
  });

  it('has a lost frame decoded again, once for all who miss it', () => {
    const { frames, events } = makeFrames();
    captureAll(frames, 3);
    frames.decoded(3, 0);
    events.onDecode.mockClear();
    frames.lost(3, 0);
    frames.lost(3, 0);
    expect(events.onDecode.mock.calls).toEqual([[3, 0]]);
  });

  it('forgets a frame after its last reader', () => {
    const { frames, events } = makeFrames();
    captureAll(frames, 3);
    frames.read(3, [0]);
    expect(events.onRelease).not.toHaveBeenCalled();
    frames.read(3, [0]);
    expect(events.onRelease.mock.calls).toEqual([[3, 0]]);
    expect(frames.latent(3, 0)).toBeUndefined();
  });

  it('has a frame taken off the bus again that was decoded once more for nobody', () => {
    const { frames, events } = makeFrames();
    captureAll(frames, 3);
    frames.decoded(3, 0);
    frames.lost(3, 0);
    frames.read(3, [0]);
    frames.read(3, [0]);
    events.onRelease.mockClear();
    frames.decoded(3, 0);
    expect(events.onRelease.mock.calls).toEqual([[3, 0]]);
  });

  it('goes on from saved frames', () => {
    const { frames } = makeFrames();
    frames.capture(0, 0, 3, new Float32Array(64).fill(7));
    const [saved] = frames.entries();
    const { frames: again, events } = makeFrames();
    again.restore(saved!.step, saved!.frame, saved!);
    for (let cell = 1; cell < 16; cell++)
      again.capture(cell % 4, Math.floor(cell / 4), 3, new Float32Array(64));
    expect(events.onDecode.mock.calls).toEqual([[3, 0]]);
    expect(again.latent(3, 0)![0]).toBe(7);
  });
});

describe('countFrameReaders', () => {
  it('counts the tile-steps that read each frame', () => {
    const fine = regularLattice(200, 104, { size: 32, stride: 24, cell: 8 });
    const count = countFrameReaders(level, 4, 8, [
      { lattice: fine, guideStep: 3 },
      { lattice: fine, guideStep: 3 },
    ]);
    // Crops are 64 px apart by 48; frames span px 0..255 and 192..447.
    const overlaps = (from: number, to: number) =>
      fine.columns.starts.filter((x) => x * 2 < to && x * 2 + 64 > from).length;
    expect(count(3, 0)).toBe(2 * overlaps(0, 256) * fine.rows.starts.length);
    expect(count(3, 1)).toBe(2 * overlaps(192, 448) * fine.rows.starts.length);
    expect(count(2, 0)).toBe(0);
    expect(cellsOfTile(lattice, 1).firstColumn).toBe(3);
  });
});
