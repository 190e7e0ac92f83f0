import { setMaxListeners } from 'node:events';
import { loadState } from '../checkpoint/job-state.js';
import { NodeConnection } from '../dispatch/node-connection.js';
import { Farm } from '../farm/farm.js';
import { fingerprint } from './fingerprint.js';
import type { RenderEnvironment, RenderJob } from './render-request.js';
import { RenderSession } from './render-session.js';
import { makeReport, type RenderReport } from './report.js';

/**
 * Makes a picture. Resolves with the report once the file has its final name. On any failure the state is saved if there
 * is a state folder, the file keeps its temporary name, and the first error is thrown: TESSERA_TILE_FAILED,
 * TESSERA_NODE_UNAVAILABLE, TESSERA_DISK_FULL, TESSERA_OUTPUT_UNWRITABLE, TESSERA_CANCELLED, TESSERA_BAD_STATE ...
 */
export async function renderJob(job: RenderJob, environment: RenderEnvironment): Promise<RenderReport> {
  const farm = new Farm();
  try {
    const { nodes, signal } = environment;
    const connecting = AbortSignal.any(signal ? [signal] : []);
    setMaxListeners(0, connecting);
    await Promise.all(nodes.map((address) => farm.pool.add(new NodeConnection(address), connecting)));
    return await renderOnFarm(job, environment, farm);
  } finally {
    farm.close();
  }
}

/** `renderJob` on a farm that is there already, beside its other jobs. `environment.nodes` is not looked at. */
export async function renderOnFarm(
  job: RenderJob,
  environment: RenderEnvironment,
  farm: Farm,
): Promise<RenderReport> {
  const clock = () => farm.clock.now();
  const started = clock();
  const saved = await job.state?.read();
  const restored = saved && loadState(saved, fingerprint(job));
  const writer = await job.openOutput?.(restored?.picture?.writer);
  try {
    const session = new RenderSession(job, environment, farm, writer, restored);
    await session.run();
    const layout = environment.layoutSeconds ?? 0;
    return await makeReport(session.job, {
      version: environment.version,
      numerics: session.numerics,
      flops: flopsOf(farm, job.bundle),
      busyWhileSampling: session.busyWhileSampling,
      seconds: {
        total: clock() - started + layout,
        layout,
        sampling: session.sampledAt - session.startedAt,
        decode: session.decodedAt - session.sampledAt,
        encode: 0,
        write: clock() - session.decodedAt,
      },
    });
  } finally {
    await writer?.close();
  }
}

function flopsOf(farm: Farm, bundle: string): Readonly<Record<string, number>> {
  return farm.nodes.map((node) => node.bundle(bundle)?.flops).find((flops) => flops !== undefined) ?? {};
}
