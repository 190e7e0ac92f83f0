import {
  type CoordinatorObserver,
  defaultSettings,
  Farm,
  NodeConnection,
  parseProjection,
  planJob,
  type RenderReport,
  renderOnFarm,
  UNOBSERVED,
} from '@tessera/coordinator';
import { InProcessFrameBus } from '@tessera/proto';
import { ECHO_BATCH, ECHO_DIGEST, ECHO_MANIFEST } from './echo-manifest.js';

/** Denoises a canvas of `side` px in `steps` steps against an echoing node: no picture, no guide. */
export async function runEchoJob(
  address: string,
  side: number,
  steps: number,
  observer: CoordinatorObserver = UNOBSERVED,
): Promise<RenderReport> {
  const farm = new Farm({ observer });
  await farm.pool.add(new NodeConnection(address));
  const report = await runEchoJobOn(farm, side, steps);
  farm.close();
  return report;
}

/** The same on a farm of echoing nodes. */
export async function runEchoJobOn(farm: Farm, side: number, steps: number): Promise<RenderReport> {
  const settings = {
    ...defaultSettings(ECHO_MANIFEST),
    width: side,
    height: side,
    seed: 1n,
    steps,
    sampler: 'dpmpp-2m',
    projection: parseProjection('off'),
  };
  const embedding = ECHO_MANIFEST.conditioning.embedding;
  return await renderOnFarm(
    {
      id: 'echo',
      plan: planJob(settings, ECHO_MANIFEST),
      bundle: ECHO_DIGEST,
      grid: {
        channels: embedding,
        width: 1,
        height: 1,
        data: new Float32Array(embedding).map((_, i) => Math.sin(i)),
      },
      openOutput: undefined,
      state: undefined,
      batch: ECHO_BATCH,
    },
    { nodes: [], bus: new InProcessFrameBus(), version: 'bench' },
    farm,
  );
}
