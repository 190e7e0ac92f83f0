import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  type Farm,
  FolderJobs,
  followRegistry,
  keepJoined,
  NodeConnection,
  type SharedStates,
  StoredStates,
} from '@tessera/coordinator';
import {
  type BundleSource,
  type FarmConnection,
  JobCheckpoints,
  JobQueue,
  type Jobs,
  NatsFrameBus,
  NodeRegistry,
  ObjectBundles,
} from '@tessera/farm';
import { type FrameBus, InProcessFrameBus } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import type { Values } from '../config/setting.js';
import type { COORDINATOR } from '../config/settings.js';
import { takeLock } from '../output/lock.js';
import { fileError } from '../output/writable.js';
import type { CoordinatorSecurity } from '../security/coordinator-security.js';
import { mounted } from './mounted-bundles.js';
import { jobsSettings, openNats } from './nats.js';

/** The settings of `tessera coordinator`. */
export type CoordinatorSettings = Values<typeof COORDINATOR>;

/** What a coordinator works with: its nodes, their bus, and where its jobs are. */
export interface Surroundings {
  /** What records call this coordinator. */
  readonly name: string;
  readonly jobs: Jobs;
  /** Folders in it that hold no job that can be read. */
  readonly damaged: readonly string[];
  /** To NATS, where there is one. */
  readonly connection: FarmConnection | undefined;
  readonly bus: FrameBus;
  /** Where bundles are that were not given, in the order in which they are asked. */
  readonly bundles: readonly BundleSource[];
  /** Where states of jobs are kept, where not in their folders. */
  readonly states?: SharedStates;
  /** Keeps the nodes in the farm until `signal` aborts. */
  keep(farm: Farm, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * With `--nats` the nodes that announce themselves there, and jobs shared with other coordinators; else one node, and the jobs
 * of the folder. Throws TESSERA_BAD_ARGUMENT for both or neither, the errors of `openNats`, TESSERA_OUTPUT_BUSY if another
 * coordinator has the folder to itself.
 */
export async function surroundingsOf(
  settings: CoordinatorSettings,
  { nodes }: CoordinatorSecurity,
  dir: string,
): Promise<Surroundings> {
  const connect = (address: string) => new NodeConnection(address, nodes);
  // The node has a bus to itself; here nothing is published or fetched.
  if (settings.nats === undefined)
    return await alone(dir, new InProcessFrameBus(), () => connect(settings.node!), mounted(settings));
  await makeFolder(dir);
  return await shared(settings, connect);
}

/** One node, and the jobs of a folder that no other coordinator works in, else TESSERA_OUTPUT_BUSY. */
export async function alone(
  dir: string,
  bus: FrameBus,
  connect: () => NodeConnection,
  bundles: readonly BundleSource[] = [],
): Promise<Surroundings> {
  const unlock = await lock(dir);
  try {
    const jobs = await FolderJobs.open(dir);
    return {
      name: hostname(),
      jobs,
      damaged: jobs.damaged,
      connection: undefined,
      bus,
      bundles,
      keep: (farm, signal) => keepJoined(farm, connect, signal),
      close: unlock,
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function shared(
  settings: CoordinatorSettings,
  connect: (address: string) => NodeConnection,
): Promise<Surroundings> {
  const name = `${hostname()}-${process.pid}`;
  const nats = await openNats(settings.nats!, settings, { role: 'coordinator', name: `coordinator ${name}` });
  let jobsNats = nats;
  const close = async () => {
    await nats.close();
    await jobsNats.close();
  };
  try {
    const ofJobs = jobsSettings(settings);
    if (ofJobs !== undefined)
      jobsNats = await openNats(settings.nats!, ofJobs, {
        role: 'jobs',
        name: `jobs of coordinator ${name}`,
      });
    const jobs = await JobQueue.open(jobsNats);
    const bus = await NatsFrameBus.open(nats);
    const registry = await NodeRegistry.open(nats);
    const bundles = [...mounted(settings), await ObjectBundles.open(nats)];
    return {
      name,
      jobs,
      damaged: [],
      connection: nats,
      bus,
      bundles,
      ...(settings.checkpoints === 'nats' && { states: new StoredStates(new JobCheckpoints(jobsNats)) }),
      keep: (farm, signal) => followRegistry(registry, farm, connect, signal),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true }).catch((error) => {
    throw fileError(error, '--state', dir);
  });
}

async function lock(dir: string): Promise<() => Promise<void>> {
  await makeFolder(dir);
  try {
    return await takeLock(join(dir, 'lock'), false);
  } catch (error) {
    if (!(error instanceof TesseraError)) throw fileError(error, '--state', dir);
    const folder = 'a folder that no other coordinator works in';
    throw TesseraError.expected('TESSERA_OUTPUT_BUSY', '--state', folder, dir);
  }
}
