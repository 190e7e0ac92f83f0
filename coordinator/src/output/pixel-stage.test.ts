import {
  cellsOfTile,
  denserShape,
  HASH_TILE,
  ImageHash,
  type Lattice,
  latticeShape,
  regularLattice,
  TesseraError,
  tileOrigin,
  windowWeights,
} from '@tessera/tiler';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { PixelSink } from './pixel-sink.js';
import { type PixelPlan, PixelStage } from './pixel-stage.js';

const SIZE = 8;
const DOWNSAMPLE = 4;
const P = SIZE * DOWNSAMPLE;

/** Tiles in memory, some of which may be there from the beginning. */
class MemorySink implements PixelSink {
  readonly tiles = new Map<string, Uint8Array>();
  readonly #there: ReadonlySet<string>;

  constructor(there: Iterable<string> = []) {
    this.#there = new Set(there);
  }

  has(column: number, row: number): boolean {
    return this.#there.has(`${column},${row}`);
  }

  async writeTile(column: number, row: number, rgb: Uint8Array): Promise<void> {
    expect(this.tiles.has(`${column},${row}`)).toBe(false);
    this.tiles.set(`${column},${row}`, rgb);
  }
}

/** The 8-bit value at a place; differs between neighbours and channels. */
function byteAt(x: number, y: number, channel: number): number {
  return (7 * x + 13 * y + 89 * channel + ((x * y) % 5)) % 256;
}

/** A window of that picture, a quarter of a level above each value so that rounding and cutting off agree. */
function windowAt(lattice: Lattice, window: number): Float32Array {
  const { x, y } = tileOrigin(lattice, window);
  const image = new Float32Array(3 * P * P);
  for (let channel = 0, at = 0; channel < 3; channel++) {
    for (let i = 0; i < P; i++) {
      for (let j = 0; j < P; j++)
        image[at++] = (byteAt(x * DOWNSAMPLE + j, y * DOWNSAMPLE + i, channel) + 0.25) / 127.5 - 1;
    }
  }
  return image;
}

/** The 256 px tile of that picture; zero past its edge. */
function tileAt(column: number, row: number, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(HASH_TILE * HASH_TILE * 3);
  for (let y = 0; y < Math.min(HASH_TILE, height - row * HASH_TILE); y++) {
    for (let x = 0; x < Math.min(HASH_TILE, width - column * HASH_TILE); x++) {
      for (let channel = 0; channel < 3; channel++)
        rgb[(y * HASH_TILE + x) * 3 + channel] = byteAt(column * HASH_TILE + x, row * HASH_TILE + y, channel);
    }
  }
  return rgb;
}

function planOf(lattice: Lattice, width: number, height: number, truncate = false): PixelPlan {
  return {
    lattice,
    fusion: { channels: 3, scale: DOWNSAMPLE, weights: windowWeights('cosine', P) },
    width,
    height,
    quantise: truncate ? 'truncate' : 'round',
  };
}

const plans = fc
  .record({
    width: fc.integer({ min: 1, max: 330 }),
    height: fc.integer({ min: 1, max: 300 }),
    overlap: fc.constantFrom(0, 0.25, 0.5, 0.75),
    reference: fc.boolean(),
    truncate: fc.boolean(),
  })
  .map(({ width, height, overlap, reference, truncate }) => {
    const shape = latticeShape(SIZE, overlap, 'overlap');
    const columns = Math.ceil(width / DOWNSAMPLE);
    const lattice = regularLattice(columns, Math.ceil(height / DOWNSAMPLE), shape);
    const { columns: across, rows: down } = lattice;
    const windows = reference ? regularLattice(across.length, down.length, denserShape(shape, 4)) : lattice;
    return planOf(windows, width, height, truncate);
  });

/** Puts things in an order that numbers decide. */
function shuffled<T>(things: readonly T[], order: readonly number[]): T[] {
  const left = [...things];
  const out: T[] = [];
  for (let i = 0; left.length > 0; i++) out.push(...left.splice(order[i % order.length]! % left.length, 1));
  return out;
}

function cells({ columns, rows }: Lattice): [number, number][] {
  return Array.from({ length: columns.cells * rows.cells }, (_, i) => [
    i % columns.cells,
    Math.floor(i / columns.cells),
  ]);
}

/** Finishes cells and delivers windows in some order, windows as soon as they are asked for or a while later. */
function run(plan: PixelPlan, sink: PixelSink, order: readonly number[], hashState?: Uint8Array) {
  const asked: number[] = [];
  const onError = vi.fn();
  const stage = new PixelStage(plan, sink, { onDecode: (window) => asked.push(window), onError }, hashState);
  let delivered = 0;
  const deliver = (keep: number) => {
    while (asked.length - delivered > keep) {
      const window = asked[delivered++]!;
      expect(stage.deliver(window, windowAt(plan.lattice, window))).toBe(true);
    }
  };
  for (const [i, [column, row]] of shuffled(cells(plan.lattice), order).entries()) {
    stage.cellFinished(column, row);
    deliver(order[i % order.length]! % 4);
  }
  deliver(0);
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked.length).toBe(stage.windows);
  expect(onError).not.toHaveBeenCalled();
  return stage;
}

const orders = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });

describe('PixelStage', () => {
  it('makes the picture of its windows, on any lattice, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(plans, orders, async (plan, order) => {
        const { width, height } = plan;
        const sink = new MemorySink();
        const stage = run(plan, sink, order);
        await stage.drained();
        const expected = new ImageHash(width, height);
        for (let row = 0; row * HASH_TILE < height; row++) {
          for (let column = 0; column * HASH_TILE < width; column++) {
            const tile = tileAt(column, row, width, height);
            expect(Buffer.compare(sink.tiles.get(`${column},${row}`)!, tile)).toBe(0);
            expected.tile(column, row, tile);
          }
        }
        expect(stage.hash.digest()).toBe(expected.digest());
      }),
      { numRuns: 25 },
    );
  });

  it('goes on with what a sink lacks, and decodes no more than that needs', async () => {
    const width = 700;
    const plan = planOf(regularLattice(175, 60, latticeShape(SIZE, 0.25, 'overlap')), width, 240);
    const whole = new MemorySink();
    const first = run(plan, whole, [0]);
    const rest = new MemorySink(['0,0', '2,0']);
    const second = run(plan, rest, [5, 3], first.hash.state());
    await second.drained();
    expect([...rest.tiles.keys()]).toEqual(['1,0']);
    expect(rest.tiles.get('1,0')).toEqual(whole.tiles.get('1,0'));
    expect(second.hash.digest()).toBe(first.hash.digest());
    expect(second.windows).toBeLessThan(first.windows / 2);
    const all = new MemorySink(['0,0', '1,0', '2,0']);
    expect(run(plan, all, [0], first.hash.state()).windows).toBe(0);
  });

  it('asks for a window when its last cell is final, not before', () => {
    const plan = planOf(regularLattice(14, 8, latticeShape(SIZE, 0.25, 'overlap')), 56, 32);
    const onDecode = vi.fn();
    const stage = new PixelStage(plan, new MemorySink(), { onDecode, onError: vi.fn() });
    const { firstColumn, lastColumn, lastRow } = cellsOfTile(plan.lattice, 0);
    for (let row = 0; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        expect(onDecode).not.toHaveBeenCalled();
        stage.cellFinished(column, row);
      }
    }
    expect(onDecode.mock.calls).toEqual([[0]]);
  });

  it('ignores a window that comes again, before and after its cells are done', async () => {
    const plan = planOf(regularLattice(14, 8, latticeShape(SIZE, 0.25, 'overlap')), 56, 32);
    const sink = new MemorySink();
    const stage = new PixelStage(plan, sink, { onDecode: vi.fn(), onError: vi.fn() });
    const wrong = new Float32Array(3 * P * P);
    expect(stage.deliver(0, windowAt(plan.lattice, 0))).toBe(true);
    expect(stage.deliver(0, wrong)).toBe(false);
    expect(stage.deliver(1, windowAt(plan.lattice, 1))).toBe(true);
    expect([stage.deliver(0, wrong), stage.deliver(1, wrong)]).toEqual([false, false]);
    await stage.drained();
    expect(sink.tiles.get('0,0')).toEqual(tileAt(0, 0, 56, 32));
  });

  it('blends windows that disagree by their weights', async () => {
    const lattice = regularLattice(12, 8, { size: SIZE, stride: 4, cell: 4 });
    const plan = planOf(lattice, 48, 32);
    const sink = new MemorySink();
    const stage = new PixelStage(plan, sink, { onDecode: vi.fn(), onError: vi.fn() });
    stage.deliver(1, new Float32Array(3 * P * P).fill(1));
    stage.deliver(0, new Float32Array(3 * P * P).fill(-1));
    await stage.drained();
    const { weights } = plan.fusion;
    const row = Array.from({ length: 48 }, (_, x) => {
      const left = x < 32 ? weights[x]! : 0;
      const right = x >= 16 ? weights[x - 16]! : 0;
      return Math.floor((255 * right) / (left + right) + 0.5);
    });
    const rgb = sink.tiles.get('0,0')!;
    expect(Array.from({ length: 48 }, (_, x) => rgb[3 * x])).toEqual(row);
  });

  it.each<[boolean, number]>([
    [false, 101],
    [true, 100],
  ])('rounds, or cuts off (%s)', async (truncate, expected) => {
    const plan = planOf(regularLattice(8, 8, latticeShape(SIZE, 0, 'overlap')), 32, 32, truncate);
    const sink = new MemorySink();
    const stage = new PixelStage(plan, sink, { onDecode: vi.fn(), onError: vi.fn() });
    stage.deliver(0, new Float32Array(3 * P * P).fill(100.75 / 127.5 - 1));
    await stage.drained();
    expect(sink.tiles.get('0,0')![0]).toBe(expected);
  });

  it('clamps what lies outside', async () => {
    const plan = planOf(regularLattice(8, 8, latticeShape(SIZE, 0, 'overlap')), 32, 32);
    const sink = new MemorySink();
    const stage = new PixelStage(plan, sink, { onDecode: vi.fn(), onError: vi.fn() });
    stage.deliver(0, new Float32Array(3 * P * P).fill(-7).fill(7, P * P, 2 * P * P));
    await stage.drained();
    expect([...sink.tiles.get('0,0')!.subarray(0, 3)]).toEqual([0, 255, 0]);
  });

  it('holds more windows over a cell than fit a byte', async () => {
    const lattice = regularLattice(34, 34, { size: 17, stride: 1, cell: 1 });
    const fusion = { channels: 3, scale: 1, weights: windowWeights('uniform', 17) };
    const plan: PixelPlan = { lattice, fusion, width: 34, height: 34, quantise: 'round' };
    const sink = new MemorySink();
    const stage = new PixelStage(plan, sink, { onDecode: vi.fn(), onError: vi.fn() });
    const window = new Float32Array(3 * 17 * 17);
    for (let i = 0; i < lattice.count; i++) {
      expect(sink.tiles.size).toBe(0);
      stage.deliver(i, window);
    }
    await stage.drained();
    expect(sink.tiles.size).toBe(1);
  });
});

describe('a PixelStage whose sink', () => {
  /** 70 picture tiles in a row; how many windows each needs does not matter. */
  const plan: PixelPlan = planOf(
    regularLattice(70 * 64, 8, { size: SIZE, stride: SIZE, cell: SIZE }),
    70 * 256,
    8,
  );

  function fill(sink: PixelSink, onError = vi.fn()): PixelStage {
    const stage = new PixelStage(plan, sink, { onDecode: vi.fn(), onError });
    for (let window = 0; window < plan.lattice.count; window++)
      stage.deliver(window, new Float32Array(3 * P * P));
    return stage;
  }

  it('lags says so, and when it has caught up', async () => {
    const waiting: (() => void)[] = [];
    const stage = fill({
      has: () => false,
      writeTile: () => new Promise((resolve) => waiting.push(resolve)),
    });
    expect([waiting.length, stage.saturated]).toEqual([70, true]);
    for (const resolve of waiting) resolve();
    await stage.drained();
    expect(stage.saturated).toBe(false);
  });

  it('fails says so once, at once, and whenever it is asked', async () => {
    const full = new TesseraError('TESSERA_DISK_FULL', 'full');
    const onError = vi.fn();
    const stage = fill({ has: () => false, writeTile: () => Promise.reject(full) }, onError);
    await expect(stage.drained()).rejects.toBe(full);
    await expect(stage.drained()).rejects.toBe(full);
    expect(onError.mock.calls).toEqual([[full]]);
  });
});
