import { mkdir } from 'node:fs/promises';
import { hostname, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type BoardLimits,
  CoordinatorServer,
  Farm,
  followRegistry,
  type HttpServer,
  JobBoard,
  JobChanges,
  keepJoined,
  LiveJobs,
  NodeConnection,
  together,
} from '@tessera/coordinator';
import { type FarmConnection, NatsFrameBus, NodeRegistry } from '@tessera/farm';
import { type Bundle, openBundle } from '@tessera/gpu-node';
import { type FrameBus, InProcessFrameBus } from '@tessera/proto';
import { coordinatorTelemetry, type LogLevel, ServiceTelemetry, watchNats } from '@tessera/telemetry';
import { TesseraError } from '@tessera/tiler';
import { defaultBundle } from '../bundle-path.js';
import type { Values } from '../config/setting.js';
import type { COORDINATOR } from '../config/settings.js';
import { startHttp } from '../http/start-http.js';
import { interruptible } from '../interrupt.js';
import { takeLock } from '../output/lock.js';
import { fileError } from '../output/writable.js';
import { pictureInfo } from '../render/picture-info.js';
import { type CoordinatorSecurity, coordinatorSecurity } from '../security/coordinator-security.js';
import { VERSION } from '../version.js';
import { openNats } from './nats.js';

/** The settings of `tessera coordinator`. */
type CoordinatorSettings = Values<typeof COORDINATOR>;

/** Half of the memory is for latents; the rest for batches under way, pictures being written and the runtime. */
const LIMITS: BoardLimits = { running: 8, queued: 1000, latentBytes: totalmem() / 2 };

/** The farm's nodes, wherever they come from. */
export interface Nodes {
  readonly bus: FrameBus;
  /** To NATS, where there is one. */
  readonly connection: FarmConnection | undefined;
  /** Keeps them in the farm until `signal` aborts. */
  keep(farm: Farm, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * `tessera coordinator`: takes jobs until SIGTERM or Ctrl-C, then saves those that run; the same command goes on. Throws
 * TESSERA_BAD_ARGUMENT, the errors of `openBundle`, TESSERA_OUTPUT_BUSY if another coordinator has the folder,
 * TESSERA_PORT_IN_USE, the errors of `coordinatorSecurity` and `openNats`.
 */
export async function runCoordinator(options: CoordinatorSettings, json: boolean): Promise<void> {
  checkNodes(options);
  const bundles = await Promise.all((options.bundle ?? [defaultBundle()]).map(openBundle));
  const telemetry = await ServiceTelemetry.open({
    role: 'coordinator',
    name: hostname(),
    version: VERSION,
    logLevel: options.logLevel as LogLevel,
  });
  const dir = resolve(options.state);
  const unlock = await lock(dir);
  const { signal, release } = interruptible(() => telemetry.log.info('stopping: saving the jobs that run'));
  try {
    const security = await coordinatorSecurity(options);
    try {
      const nodes = await nodesOf(options, security);
      try {
        await serve(options, json, security, bundles, dir, nodes, telemetry, signal);
      } finally {
        await nodes.close();
      }
    } finally {
      security.close();
    }
  } finally {
    await telemetry.close();
    await unlock();
    release();
  }
}

/** Where a coordinator listens. */
export interface Addresses {
  readonly grpc: string;
  readonly http: string | undefined;
  readonly metrics: string | undefined;
}

/** Takes jobs until `signal` aborts, then saves those that run. */
export async function serve(
  { grpc, http, metrics }: Addresses,
  json: boolean,
  security: CoordinatorSecurity,
  bundles: readonly Bundle[],
  dir: string,
  nodes: Nodes,
  telemetry: ServiceTelemetry,
  signal: AbortSignal,
): Promise<void> {
  const { exposition, log, tracing } = telemetry;
  const { observer, watch } = coordinatorTelemetry(exposition, log, tracing);
  if (nodes.connection !== undefined) watchNats(exposition, nodes.connection);
  const [live, changes] = [new LiveJobs(), new JobChanges()];
  const farm = new Farm({ elastic: true, observer: together(observer, live, changes) });
  const known = new Map(bundles.map((bundle) => [bundle.digest, bundle]));
  const board = await JobBoard.open({
    dir,
    farm,
    bus: nodes.bus,
    bundles: new Map(bundles.map(({ digest, manifest }) => [digest, manifest])),
    limits: LIMITS,
    pictureInfo: (plan, bundle, quality) => pictureInfo(plan, known.get(bundle)!, quality),
    version: VERSION,
  });
  watch(farm, board);
  for (const name of board.damaged)
    log.error({ folder: join(dir, name) }, 'left alone: holds no job that can be read');
  const gone = new AbortController();
  let keeping: Promise<void> | undefined;
  let server: CoordinatorServer | undefined;
  let page: HttpServer | undefined;
  try {
    const { gate, server: credentials } = security;
    server = await CoordinatorServer.start({ listen: grpc, jobs: board, farm, gate, credentials });
    keeping = nodes.keep(farm, gone.signal);
    const ready = () => !signal.aborted;
    if (metrics !== undefined) await telemetry.listen(metrics, ready);
    const shown = { jobs: board, farm, live, changes, bundles };
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

function checkNodes({ node, nats }: CoordinatorSettings): void {
  if ((node === undefined) === (nats === undefined))
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      '--nats, --node',
      'either --nats, for any number of nodes, or one --node',
      node === undefined ? 'neither' : 'both',
    );
}

async function nodesOf(settings: CoordinatorSettings, { nodes }: CoordinatorSecurity): Promise<Nodes> {
  const { node, nats: servers } = settings;
  const connect = (address: string) => new NodeConnection(address, nodes);
  if (servers === undefined)
    return {
      // The node has a bus to itself; here nothing is published or fetched.
      bus: new InProcessFrameBus(),
      connection: undefined,
      keep: (farm, signal) => keepJoined(farm, () => connect(node!), signal),
      close: async () => {},
    };
  const nats = await openNats(servers, settings, { role: 'coordinator', name: `coordinator ${hostname()}` });
  try {
    const bus = await NatsFrameBus.open(nats);
    const registry = await NodeRegistry.open(nats);
    return {
      bus,
      connection: nats,
      keep: (farm, signal) => followRegistry(registry, farm, connect, signal),
      close: () => nats.close(),
    };
  } catch (error) {
    await nats.close();
    throw error;
  }
}

export async function lock(dir: string): Promise<() => Promise<void>> {
  await mkdir(dir, { recursive: true }).catch((error) => {
    throw fileError(error, '--state', dir);
  });
  try {
    return await takeLock(join(dir, 'lock'), false);
  } catch (error) {
    if (!(error instanceof TesseraError)) throw fileError(error, '--state', dir);
    const folder = 'a folder that no other coordinator works in';
    throw TesseraError.expected('TESSERA_OUTPUT_BUSY', '--state', folder, dir);
  }
}
