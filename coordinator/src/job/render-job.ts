import { statePath } from '../checkpoint/checkpointer.js';
import { type JobState, loadState } from '../checkpoint/job-state.js';
import { readStateFile } from '../checkpoint/state-file.js';
import { NodeHandle } from '../dispatch/node-handle.js';
import { oneNumericsClass } from '../dispatch/numerics.js';
import type { RenderEnvironment, RenderJob } from './render-request.js';
import { RenderSession } from './render-session.js';
import { makeReport, type RenderReport } from './report.js';

/**
 * Makes a picture. Resolves with the report once the file has its final name. On any failure the state is saved if there
 * is a state folder, the file keeps its temporary name, and the first error is thrown: TESSERA_TILE_FAILED,
 * TESSERA_NODE_UNAVAILABLE, TESSERA_DISK_FULL, TESSERA_OUTPUT_UNWRITABLE, TESSERA_CANCELLED, TESSERA_BAD_STATE ...
 */
export async function renderJob(job: RenderJob, environment: RenderEnvironment): Promise<RenderReport> {
  const clock = () => performance.now() / 1000;
  const started = clock();
  const restored = job.stateDir ? await readState(job.stateDir) : undefined;
  const nodes = await connectNodes(job, environment);
  try {
    const writer = await job.openOutput?.(restored?.picture?.writer);
    try {
      const session = new RenderSession(job, environment, nodes, writer, restored, clock);
      await session.run();
      const decoded = clock();
      await writer?.finish();
      return makeReport(session.job, nodes, {
        version: environment.version,
        numerics: nodes[0]!.bundle.numerics,
        busyWhileSampling: session.busyWhileSampling,
        seconds: {
          total: clock() - started + (environment.layoutSeconds ?? 0),
          layout: environment.layoutSeconds ?? 0,
          sampling: session.sampledAt - session.startedAt,
          decode: decoded - session.sampledAt,
          encode: 0,
          write: clock() - decoded,
        },
      });
    } finally {
      await writer?.close();
    }
  } finally {
    for (const node of nodes) node.connection.close();
  }
}

async function readState(stateDir: string): Promise<JobState | undefined> {
  const parts = await readStateFile(statePath(stateDir));
  return parts && loadState(parts);
}

async function connectNodes(job: RenderJob, { nodes, signal }: RenderEnvironment): Promise<NodeHandle[]> {
  const connected = await Promise.all(
    nodes.map((address) => NodeHandle.connect(address, job.bundle, { batch: job.batch, signal })),
  );
  return oneNumericsClass(connected);
}
