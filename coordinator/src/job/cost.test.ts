import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultFarm } from '../testing/fault-farm.js';
import { faultJob, render } from '../testing/fault-job.js';
import type { FaultNode } from '../testing/fault-node.js';
import { jobCost, totalFlops } from './cost.js';
import { parseProjection } from './projection-settings.js';
import type { RenderSettings } from './settings.js';

const { bus, start } = faultFarm();

const settings = fc.record<Partial<RenderSettings>>({
  width: fc.integer({ min: 1, max: 330 }),
  height: fc.integer({ min: 1, max: 330 }),
  steps: fc.integer({ min: 1, max: 3 }),
  lead: fc.constantFrom(0, 1, 'all' as const),
  overlap: fc.constantFrom(0, 0.25, 0.5),
  fusion: fc.constantFrom('overlap', 'shift'),
  projection: fc
    .constantFrom('off', 'input', 'newton:1', 'input+backprojection:2')
    .map((text) => parseProjection(text)),
  guidanceScale: fc.constantFrom(1, 2),
  guidanceInterval: fc.constantFrom([0, 1], [0, 0.5]),
  postPass: fc.boolean(),
  decode: fc.constantFrom('blend', 'reference', 'consistent'),
});

describe('jobCost', () => {
  /** Holds what was said before a run against what the node then counted. */
  async function check(node: FaultNode, some: Partial<RenderSettings>): Promise<void> {
    const job = faultJob(some);
    const { evaluations, tileSteps, levels } = jobCost(job.plan);
    const report = await render([node], bus, job);
    expect(report.evaluations).toEqual(evaluations);
    expect(report.tileSteps).toBe(tileSteps);
    expect(report.levels.map(({ tiles }) => tiles)).toEqual(levels.map(({ tiles }) => tiles));
  }

  it('says what a run then evaluates, on any canvas', async () => {
    const node = await start({ batch: 16 });
    await fc.assert(
      fc.asyncProperty(settings, (some) => check(node, some)),
      { numRuns: 8 },
    );
  });

  it.each(['input', 'newton:2', 'backprojection:3', 'input+newton:1+backprojection', 'off'])(
    'says what --projection %s evaluates, guided part of the way',
    async (text) => {
      const projection = parseProjection(text);
      await check(await start({ batch: 16 }), { projection, guidanceScale: 2, guidanceInterval: [0, 0.5] });
    },
  );

  it('counts FLOPs where the graphs are known', () => {
    const { plan } = faultJob();
    const cost = jobCost(plan, { denoiser: 10, decoder: 3 });
    expect(cost.flops).toBe(10 * cost.evaluations.denoiser + 3 * cost.evaluations.decoder);
    expect(jobCost(plan, {}).flops).toBeUndefined();
    expect(totalFlops({ denoiser: 2, other: 5 }, { denoiser: 7 })).toBe(14);
  });

  it('counts the history of a sampler that keeps one', () => {
    const bytes = (sampler: string) => jobCost(faultJob({ sampler }).plan).latentBytes;
    expect(bytes('dpmpp-2m')).toBe(2 * bytes('ddim'));
  });
});
