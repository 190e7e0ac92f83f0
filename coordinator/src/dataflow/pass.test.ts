import {
  type Lattice,
  latticeShape,
  makeSampler,
  makeSchedule,
  PhiloxNoise,
  regularLattice,
  shiftedLattice,
  tileOrigin,
  windowWeights,
} from '@tessera/tiler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatentCanvas } from '../canvas/latent-canvas.js';
import { HeldTiles } from './held-tiles.js';
import { Pass, type PassPlan, type PassState } from './pass.js';

const SIZE = 8;
const CHANNELS = 2;
const STEPS = 4;
const SCHEDULER = {
  num_train_timesteps: 1000,
  beta_schedule: 'scaled_linear',
  beta_start: 0.0015,
  beta_end: 0.0195,
  prediction_type: 'epsilon',
} as const;

type Shape = { fusion: 'overlap' | 'shift'; sampler: string; movesLatent: boolean };

function makePlan({ fusion, sampler: name, movesLatent }: Shape): PassPlan {
  const schedule = makeSchedule(SCHEDULER, { steps: STEPS });
  const sampler = makeSampler(name, { eta: 1 });
  const base = regularLattice(20, 26, latticeShape(SIZE, fusion === 'shift' ? 0 : 0.5, fusion));
  const shifted = Array.from({ length: STEPS }, (_, step) =>
    shiftedLattice(base, (step * 2) % SIZE, (step * 6) % SIZE),
  );
  return {
    steps: STEPS,
    latticeAt: (step) => (fusion === 'shift' ? shifted[step]! : base),
    fusion: { channels: CHANNELS, scale: 1, weights: windowWeights('cosine', SIZE) },
    coefficients: (step) => sampler.coefficients(schedule, step),
    usesPrevious: sampler.usesPrevious,
    movesLatent,
    noise: { magnification: 0, stream: 'step', noiseStep: 0 },
  };
}

/** Stands for a denoiser: any function of what a node is sent. */
function estimate(x: Float32Array, step: number, tile: number): Float32Array {
  return x.map((value, i) => Math.sin(3 * value + step + tile + i / 50));
}

interface Ready {
  step: number;
  tile: number;
}

/** Runs a pass, picking the next ready tile by `pick`; stops after `limit` deliveries. */
function run(
  plan: PassPlan,
  pick: (ready: number) => number,
  from?: { canvas: LatentCanvas; previous: LatentCanvas | undefined; state: PassState },
  limit = Infinity,
) {
  const lattice = plan.latticeAt(0);
  const canvas = from?.canvas ?? startingCanvas(lattice);
  const { columns, rows, cell } = canvas;
  const previous = from
    ? from.previous
    : plan.usesPrevious
      ? new LatentCanvas(columns, rows, cell, CHANNELS)
      : undefined;
  const ready: Ready[] = [];
  const cells: string[] = [];
  const pass: Pass = new Pass(
    plan,
    canvas,
    previous,
    new PhiloxNoise(5n),
    {
      onReady: (step, tile) => ready.push({ step, tile }),
      onCell: (column, row, step) => cells.push(`${column},${row},${step}`),
      onSpent: (latent) => latent.fill(Number.NaN),
    },
    from?.state,
  );
  pass.start();
  let delivered = 0;
  while (ready.length > 0 && delivered < limit) {
    const [next] = ready.splice(pick(ready.length), 1);
    const at = plan.latticeAt(next!.step);
    const { x, y } = tileOrigin(at, next!.tile);
    const window = canvas.gather(x, y, SIZE, new Float32Array(CHANNELS * SIZE * SIZE));
    const x0 = estimate(window, next!.step, next!.tile);
    const moved = plan.movesLatent && next!.tile % 2 === 0 ? window.map((value) => value + 0.1) : undefined;
    expect(pass.deliver(next!.step, next!.tile, x0, moved)).toBe(true);
    delivered++;
  }
  return { canvas, previous, pass, cells, delivered, ready };
}

function startingCanvas(lattice: Lattice): LatentCanvas {
  const { columns, rows } = lattice;
  const canvas = new LatentCanvas(columns.cells, rows.cells, columns.cell, CHANNELS);
  for (const [r, band] of canvas.bands.entries()) band.set(band.map((_, i) => Math.cos(r + i)));
  return canvas;
}

const shapes = fc.record<Shape>({
  fusion: fc.constantFrom('overlap', 'shift'),
  sampler: fc.constantFrom('zoomldm', 'ddim', 'dpmpp-2m'),
  movesLatent: fc.boolean(),
});
const orders = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
const picker = (order: readonly number[]) => {
  let i = 0;
  return (ready: number) => order[i++ % order.length]! % ready;
};

describe('Pass', () => {
  it('gives the same canvas whatever the order of deliveries', () => {
    fc.assert(
      fc.property(shapes, orders, (shape, order) => {
        const plan = makePlan(shape);
        expect(run(plan, picker(order)).canvas.bands).toEqual(run(plan, () => 0).canvas.bands);
      }),
      { numRuns: 40 },
    );
  });

  it('goes on from any point to the same canvas', () => {
    fc.assert(
      fc.property(shapes, orders, fc.integer({ min: 0, max: 60 }), (shape, order, stop) => {
        const plan = makePlan(shape);
        const half = run(plan, picker(order), undefined, stop);
        const rest = run(plan, picker(order), { ...half, state: half.pass.state });
        expect(rest.canvas.bands).toEqual(run(plan, () => 0).canvas.bands);
      }),
      { numRuns: 40 },
    );
  });

  it('delivers every tile-step once and steps every cell at every step', () => {
    const plan = makePlan({ fusion: 'shift', sampler: 'ddim', movesLatent: false });
    const { delivered, cells, canvas, pass } = run(plan, (ready) => ready - 1);
    const tiles = [0, 1, 2, 3].reduce((total, step) => total + plan.latticeAt(step).count, 0);
    expect(delivered).toBe(tiles);
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.length).toBe(canvas.columns * canvas.rows * STEPS);
    expect(pass.reached(STEPS)).toBe(true);
  });

  it('readies a tile for its next step while the far end has not taken this one', () => {
    const plan = makePlan({ fusion: 'overlap', sampler: 'dpmpp-2m', movesLatent: false });
    const { pass, ready } = run(plan, (count) => count - 1, undefined, 14);
    expect(ready.some(({ step }) => step === 1)).toBe(true);
    expect(pass.reached(1)).toBe(false);
  });

  it('knows how far apart its cells are', () => {
    fc.assert(
      fc.property(shapes, orders, fc.integer({ min: 0, max: 60 }), (shape, order, stop) => {
        const { pass } = run(makePlan(shape), picker(order), undefined, stop);
        const { cellSteps } = pass.state;
        expect(pass.span).toEqual({ lowest: Math.min(...cellSteps), highest: Math.max(...cellSteps) });
      }),
      { numRuns: 40 },
    );
  });

  it('ignores a second delivery', () => {
    const plan = makePlan({ fusion: 'overlap', sampler: 'dpmpp-2m', movesLatent: false });
    const { pass, canvas } = run(plan, () => 0, undefined, 3);
    const before = structuredClone(canvas.bands);
    expect(pass.deliver(0, 1, new Float32Array(CHANNELS * SIZE * SIZE).fill(9))).toBe(false);
    expect(canvas.bands).toEqual(before);
  });

  it('refuses a tile whose cells have not come so far', () => {
    const plan = makePlan({ fusion: 'overlap', sampler: 'dpmpp-2m', movesLatent: false });
    const { pass } = run(plan, () => 0, undefined, 0);
    expect(() => pass.deliver(1, 0, new Float32Array(CHANNELS * SIZE * SIZE))).toThrow(/reached step 1/);
  });

  it('holds no more than the frontier', () => {
    const plan = makePlan({ fusion: 'overlap', sampler: 'dpmpp-2m', movesLatent: false });
    const { pass } = run(plan, () => 0);
    expect(pass.state.held).toBeInstanceOf(HeldTiles);
    expect(pass.state.held.size).toBe(0);
  });
});
