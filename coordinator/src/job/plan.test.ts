import { denserShape, latticeShape, makeSchedule } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { faultPlan } from '../testing/fault-job.js';
import { FAULT_MANIFEST } from '../testing/fault-manifest.js';
import { pixelPlan } from './pixel-plan.js';
import { planJob } from './plan.js';
import { parseProjection } from './projection-settings.js';

const startsOf = (plan: ReturnType<typeof faultPlan>) =>
  Array.from({ length: plan.passes[0]!.plan.steps }, (_, step) => {
    const { columns, rows } = plan.passes[0]!.plan.latticeAt(step);
    return [columns.starts, rows.starts];
  });

describe('planJob', () => {
  it('has a pass for every level, finest first, guided by the one above', () => {
    const { passes, postPass } = faultPlan({ width: 600, height: 600 });
    expect(passes.map(({ level }) => level.magnification.scale)).toEqual([1, 4, 16]);
    expect(passes.map((pass) => pass.guideStepAt(1))).toEqual([1, 1, undefined]);
    expect(postPass).toBeUndefined();
  });

  it('reads the step of the level above that the lead says', () => {
    const steps = [0, 1, 2];
    const read = (lead: number | 'all') =>
      steps.map((step) => faultPlan({ lead }).passes[0]!.guideStepAt(step));
    expect([read(0), read(1), read('all')]).toEqual([
      [0, 1, 2],
      [1, 2, 2],
      [2, 2, 2],
    ]);
  });

  it('tells the denoiser how soft the frame is that it reads, not the tile', () => {
    const guide = {
      ratio: 4,
      blur: [[1, 0.1] as [number, number], [1000, 0.9] as [number, number]],
      floor: 0,
    };
    const settings = faultPlan({ lead: 'all' }).settings;
    const [finest] = planJob(settings, { ...FAULT_MANIFEST, guide }).passes;
    const last = finest!.schedule.timesteps[2]!;
    expect(finest!.guideBlurAt(0)).toBeCloseTo(0.1 + (0.8 * (last - 1)) / 999);
  });

  it('guides within the interval only', () => {
    const [finest] = faultPlan({ guidanceScale: 3, guidanceInterval: [0, 0.5], steps: 4 }).passes;
    expect([0, 1, 2, 3].map((step) => finest!.guidanceScaleAt(step))).toEqual([3, 3, 1, 1]);
  });

  it('moves the tiles of shift fusion from step to step, by the seed alone', () => {
    const plan = faultPlan({ fusion: 'shift', steps: 6 });
    expect(startsOf(plan)).toEqual(startsOf(faultPlan({ fusion: 'shift', steps: 6 })));
    expect(startsOf(plan)).not.toEqual(startsOf(faultPlan({ fusion: 'shift', steps: 6, seed: 6n })));
    expect(new Set(startsOf(plan).map((starts) => JSON.stringify(starts))).size).toBeGreaterThan(3);
    const { latticeAt } = plan.passes[0]!.plan;
    expect(latticeAt(2)).toBe(latticeAt(2));
  });

  it('makes few lattices for many steps, so that a plan takes little time and memory', () => {
    const { latticeAt, steps } = faultPlan({ fusion: 'shift', steps: 300 }).passes[0]!.plan;
    const lattices = new Set(Array.from({ length: steps }, (_, step) => latticeAt(step)));
    expect([steps, lattices.size]).toEqual([300, 16]);
  });

  it('keeps x moving for newton where there is a guide', () => {
    const { passes } = faultPlan({ projection: parseProjection('newton') });
    expect(passes.map(({ plan }) => plan.movesLatent)).toEqual([true, true, false]);
  });

  it('post-passes the finest level in uniform tiles a quarter apart, six steps from 300 down', () => {
    const { postPass, passes } = faultPlan({ postPass: true });
    const { level, plan, schedule } = postPass!;
    expect(level).toBe(passes[0]!.level);
    expect(schedule.timesteps).toEqual([300, 250, 200, 150, 100, 50]);
    expect(plan.latticeAt(0).columns.starts.slice(0, 3)).toEqual([0, 2, 4]);
    expect(plan.latticeAt(0).columns.length).toBe(level.lattice.columns.length);
    expect(new Set(plan.fusion.weights)).toEqual(new Set([1]));
    expect([postPass!.guidanceScaleAt(0), postPass!.guideStepAt(0)]).toEqual([3, 2]);
    expect(faultPlan({ postPass: true, projection: parseProjection('off') }).postPass!.guideStepAt(0)).toBe(
      undefined,
    );
  });

  it('lets recorded packs bring schedule and lattices', () => {
    const { settings } = faultPlan();
    const schedule = makeSchedule(FAULT_MANIFEST.scheduler, { timesteps: [500], end: 400 });
    const shape = { size: 8, stride: 4, cell: 4 };
    const plan = planJob(settings, FAULT_MANIFEST, { schedule, shape, decodeShape: shape });
    expect(plan.passes[0]!.schedule.timesteps).toEqual([500]);
    expect(plan.passes[0]!.level.lattice.columns.starts.slice(0, 3)).toEqual([0, 4, 8]);
    expect(pixelPlan(plan).lattice.columns.starts.slice(0, 3)).toEqual([0, 4, 8]);
  });
});

describe('pixelPlan', () => {
  it.each([
    ['the own windows of tiles that overlap', {}, latticeShape(8, 0.25, 'overlap')],
    [
      'windows half apart for tiles that do not',
      { overlap: 0 },
      denserShape(latticeShape(8, 0, 'overlap'), 2),
    ],
    [
      'windows a quarter apart as the reference',
      { decode: 'reference' as const },
      { size: 8, stride: 2, cell: 2 },
    ],
  ])('decodes %s', (_, settings, { stride }) => {
    const { lattice } = pixelPlan(faultPlan(settings));
    expect(lattice.columns.starts[1]).toBe(stride);
  });

  it('rounds, but for the reference, which cuts off', () => {
    expect(pixelPlan(faultPlan()).quantise).toBe('round');
    expect(pixelPlan(faultPlan({ decode: 'reference' })).quantise).toBe('truncate');
  });
});
