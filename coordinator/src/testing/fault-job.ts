import type { FrameBus } from '@tessera/proto';
import { type JobPlan, planJob } from '../job/plan.js';
import { parseProjection } from '../job/projection-settings.js';
import { renderJob } from '../job/render-job.js';
import type { RenderEnvironment, RenderJob } from '../job/render-request.js';
import type { RenderReport } from '../job/report.js';
import { defaultSettings, type RenderSettings } from '../job/settings.js';
import { MemoryPicture } from '../simulation/memory-state.js';
import { FAULT_DIGEST, FAULT_GRID, FAULT_MANIFEST } from './fault-manifest.js';
import type { FaultNode } from './fault-node.js';

/** A plan of three levels (scales 1, 4 and 8) on a canvas that is a multiple of nothing. */
export function faultPlan(settings: Partial<RenderSettings> = {}): JobPlan {
  return planJob(
    {
      ...defaultSettings(FAULT_MANIFEST),
      width: 300,
      height: 230,
      seed: 5n,
      steps: 3,
      projection: parseProjection('input'),
      ...settings,
    },
    FAULT_MANIFEST,
  );
}

/** A job of that plan whose picture is hashed and forgotten. */
export function faultJob(settings: Partial<RenderSettings> = {}, job: Partial<RenderJob> = {}): RenderJob {
  return {
    id: 'fault-job',
    plan: faultPlan(settings),
    bundle: FAULT_DIGEST,
    grid: FAULT_GRID,
    openOutput: async (resumeFrom) => new MemoryPicture(resumeFrom),
    state: undefined,
    ...job,
  };
}

/** Renders on fault nodes. */
export function render(
  nodes: readonly FaultNode[],
  bus: FrameBus,
  job: RenderJob,
  environment: Partial<RenderEnvironment> = {},
): Promise<RenderReport> {
  return renderJob(job, {
    nodes: nodes.map(({ address }) => address),
    bus,
    version: 'test',
    ...environment,
  });
}

/** What two runs of one job have in common, whatever happened on the way. */
export function hashes({ latentSha256, imageSha256 }: RenderReport) {
  return { latentSha256, imageSha256 };
}
