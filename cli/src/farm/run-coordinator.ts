import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type BoardLimits,
  CoordinatorServer,
  Farm,
  JobBoard,
  JobChanges,
  KeptRuns,
  LiveJobs,
  together,
} from '@tessera/coordinator';
import type { HttpServer } from '@tessera/coordinator/http';
import { BundleManifests } from '@tessera/farm';
import { type Bundle, openBundle } from '@tessera/gpu-node';
import { coordinatorTelemetry, type LogLevel, ServiceTelemetry, watchNats } from '@tessera/telemetry';
import { TesseraError } from '@tessera/tiler';
import { defaultBundle } from '../bundle-path.js';
import { gridMaker } from '../http/make-grid.js';
import { startHttp } from '../http/start-http.js';
import { interruptible } from '../interrupt.js';
import { machineMemory } from '../machine-memory.js';
import { pictureInfo } from '../render/picture-info.js';
import {
  type CoordinatorSecurity,
  type CoordinatorSecuritySettings,
  coordinatorSecurity,
} from '../security/coordinator-security.js';
import { VERSION } from '../version.js';
import { type CoordinatorSettings, type Surroundings, surroundingsOf } from './surroundings.js';

/**
 * Half of the memory is for latents; the rest for batches under way, pictures being written and the runtime. A picture of 2048² has some
 * 1,300 tile-steps: seconds on a GPU.
 */
const LIMITS: BoardLimits = {
  running: 8,
  small: { places: 8, tileSteps: 2000, latentBytes: 16 * 2 ** 20 },
  queued: 1000,
  latentBytes: machineMemory() / 2,
};

/**
 * `tessera coordinator`: takes jobs until SIGTERM or Ctrl-C, then saves those that run; the same command goes on. Throws
 * TESSERA_BAD_ARGUMENT, the errors of `coordinate` and `surroundingsOf`.
 */
export async function runCoordinator(options: CoordinatorSettings, json: boolean): Promise<void> {
  checkNodes(options);
  await coordinate('coordinator', options, json, ({ security, dir }) =>
    surroundingsOf(options, security, dir),
  );
}

/** Where a coordinator listens, and what it remembers. */
interface ServeSettings {
  readonly grpc: string;
  readonly http: string | undefined;
  readonly metrics: string | undefined;
  readonly historyLimit: number;
  readonly ttlAfterFinished: number | undefined;
}

/** What a coordinator of any kind is told. */
export interface CoordinateSettings extends ServeSettings, CoordinatorSecuritySettings {
  readonly bundle: readonly string[] | undefined;
  readonly state: string;
  readonly logLevel: string;
}

/** What there is when the surroundings are made. */
export interface Opened {
  readonly bundles: readonly Bundle[];
  readonly telemetry: ServiceTelemetry;
  readonly security: CoordinatorSecurity;
  /** Folder of the jobs, full path. */
  readonly dir: string;
}

/**
 * A coordinator with what `surround` gives it, until it is told to stop. Throws the errors of `openBundle`,
 * `coordinatorSecurity` and `surround`, TESSERA_PORT_IN_USE.
 */
export async function coordinate(
  role: 'coordinator' | 'serve',
  options: CoordinateSettings,
  json: boolean,
  surround: (opened: Opened) => Promise<Surroundings>,
): Promise<void> {
  const bundles = await Promise.all((options.bundle ?? [defaultBundle()]).map(openBundle));
  const logLevel = options.logLevel as LogLevel;
  const telemetry = await ServiceTelemetry.open({ role, name: hostname(), version: VERSION, logLevel });
  const { signal, release } = interruptible(() => telemetry.log.info('stopping: saving the jobs that run'));
  try {
    const security = await coordinatorSecurity(options);
    try {
      const opened = { bundles, telemetry, security, dir: resolve(options.state) };
      const surroundings = await surround(opened);
      try {
        await serve(options, json, opened, surroundings, signal);
      } finally {
        await surroundings.close();
      }
    } finally {
      security.close();
    }
  } finally {
    await telemetry.close();
    release();
  }
}

/** Takes jobs until `signal` aborts, then saves those that run. */
async function serve(
  { grpc, http, metrics, historyLimit, ttlAfterFinished }: ServeSettings,
  json: boolean,
  { bundles, telemetry, security, dir }: Opened,
  { name, jobs, damaged, bus, bundles: sources, states, connection, keep }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { exposition, log, tracing } = telemetry;
  const { observer, observeCall, watch } = coordinatorTelemetry(exposition, log, tracing);
  if (connection !== undefined) watchNats(exposition, connection);
  const [kept, changes] = [new KeptRuns(), new JobChanges()];
  const live = new LiveJobs((run) => kept.note(run));
  const farm = new Farm({ elastic: true, observer: together(observer, live, kept, changes) });
  const history = { jobs: historyLimit, ttlSeconds: ttlAfterFinished };
  const board = JobBoard.open({
    name,
    jobs,
    dir,
    farm,
    bus,
    bundles: new BundleManifests(new Map(bundles.map(({ digest, manifest }) => [digest, manifest])), sources),
    states,
    limits: LIMITS,
    history,
    makeGrid: gridMaker(farm, new Map(bundles.map((bundle) => [bundle.digest, bundle]))),
    pictureInfo,
    version: VERSION,
  });
  watch(farm, board);
  for (const folder of damaged)
    log.error({ folder: join(dir, folder) }, 'left alone: holds no job that can be read');
  const gone = new AbortController();
  let keeping: Promise<void> | undefined;
  let server: CoordinatorServer | undefined;
  let page: HttpServer | undefined;
  try {
    const { gate, server: credentials } = security;
    server = await CoordinatorServer.start({
      listen: grpc,
      jobs: board,
      farm,
      gate,
      credentials,
      observeCall,
    });
    keeping = keep(farm, gone.signal);
    const ready = () => !signal.aborted;
    if (metrics !== undefined) await telemetry.listen(metrics, ready);
    const shown = { jobs: board, farm, live, kept, changes, bundles, observeCall };
    if (http !== undefined) page = await startHttp(http, shown, security, { exposition, ready });
    sayReady(json, { address: server.address, http: page?.address, metrics: telemetry.address });
    await new Promise<void>((stop) => {
      if (signal.aborted) stop();
      signal.addEventListener('abort', () => stop(), { once: true });
    });
    server.drain();
  } finally {
    await board.close();
    server?.close();
    await page?.close();
    gone.abort();
    await keeping;
    farm.close();
  }
}

function sayReady(
  json: boolean,
  where: { address: string; http: string | undefined; metrics: string | undefined },
): void {
  const page = where.http === undefined ? '' : `, live page and HTTP API on http://${where.http}/`;
  const said = json ? JSON.stringify(where) : `Coordinator on ${where.address}${page}`;
  process.stdout.write(`${said}\n`);
}

function checkNodes({ node, nats, checkpoints }: CoordinatorSettings): void {
  if (checkpoints === 'nats' && nats === undefined)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      '--checkpoints',
      'folder, or --nats as well',
      'nats alone',
    );
  if ((node === undefined) === (nats === undefined))
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      '--nats, --node',
      'either --nats, for any number of nodes, or one --node',
      node === undefined ? 'neither' : 'both',
    );
}
