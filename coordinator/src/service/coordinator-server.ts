import { Server, type ServerCredentials } from '@grpc/grpc-js';
import { authorize, Gate, type MethodPermissions } from '@tessera/farm/security';
import { bind, streaming, unary } from '@tessera/farm/service';
import {
  CHANNEL_OPTIONS,
  type CoordinatorServer as CoordinatorMethods,
  CoordinatorService,
  type FarmNode,
  FarmNodeState,
} from '@tessera/proto';
import { HealthImplementation } from 'grpc-health-check';
import type { JobService } from '../board/job-service.js';
import type { NodeHandle, NodeState } from '../dispatch/node-handle.js';
import { drainNode } from '../farm/drain-node.js';
import type { Farm } from '../farm/farm.js';
import type { ObserveCall } from '../observe/answered-call.js';
import { observeCalls } from './observe-calls.js';
import { readPicture } from './read-picture.js';

/** The service as the health protocol names it. */
const SERVICE = 'tessera.v1.Coordinator';

/** What each method needs. */
const PERMISSIONS: MethodPermissions<typeof CoordinatorService> = {
  submit: 'submit',
  get: 'view',
  list: 'view',
  watch: 'view',
  cancel: 'submit',
  pause: 'submit',
  resume: 'submit',
  readPicture: 'view',
  listNodes: 'view',
  drainNode: 'operate',
};

export interface CoordinatorServerOptions {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  readonly jobs: JobService;
  readonly farm: Farm;
  /** Who may ask for what, and how much; by default anyone for anything. */
  readonly gate?: Gate;
  /** Hears of every call. */
  readonly observeCall?: ObserveCall;
  /** Plaintext by default. */
  readonly credentials?: ServerCredentials | undefined;
  /** Seconds of silence after which a caller is asked for a sign of life; a minute by default. */
  readonly keepaliveSeconds?: number;
}

/** Calls at once of one connection. */
const CALLS = 1000;
/** A machine that was shut or cut off says no goodbye: its watches would stay for ever. */
const KEEPALIVE_SECONDS = 60;

/** `tessera.v1.Coordinator` and `grpc.health.v1.Health` over the jobs of a farm. */
export class CoordinatorServer {
  readonly #server: Server;
  readonly #health = new HealthImplementation({ '': 'SERVING', [SERVICE]: 'SERVING' });
  #address = '';

  private constructor(options: CoordinatorServerOptions) {
    const { jobs, farm, gate = new Gate(), observeCall, keepaliveSeconds = KEEPALIVE_SECONDS } = options;
    const interceptors = [authorize(gate, CoordinatorService, PERMISSIONS)];
    if (observeCall !== undefined) interceptors.unshift(observeCalls(observeCall));
    this.#server = new Server({
      ...CHANNEL_OPTIONS,
      'grpc.max_concurrent_streams': CALLS,
      'grpc.keepalive_time_ms': keepaliveSeconds * 1000,
      'grpc.keepalive_timeout_ms': (keepaliveSeconds * 1000) / 3,
      interceptors,
    });
    this.#server.addService(CoordinatorService, methods(jobs, farm));
    this.#health.addToServer(this.#server);
  }

  /** Throws TESSERA_PORT_IN_USE or TESSERA_BAD_ARGUMENT. */
  static async start(options: CoordinatorServerOptions): Promise<CoordinatorServer> {
    const server = new CoordinatorServer(options);
    server.#address = await bind(server.#server, options.listen, options.credentials);
    return server;
  }

  /** host:port it listens on. */
  get address(): string {
    return this.#address;
  }

  /** From now on health says NOT_SERVING; calls are answered still. */
  drain(): void {
    for (const service of ['', SERVICE]) this.#health.setStatus(service, 'NOT_SERVING');
  }

  /** Cuts off calls and watches under way. */
  close(): void {
    this.#server.forceShutdown();
  }
}

function methods(jobs: JobService, farm: Farm): CoordinatorMethods {
  return {
    submit: unary(async (request) => ({ job: await jobs.submit(request) })),
    get: unary(async ({ id }) => ({ job: await jobs.get(id) })),
    list: unary((request) => jobs.list(request)),
    watch: streaming(async function* ({ id }, signal) {
      for await (const job of jobs.watch(id, signal)) yield { job };
    }),
    cancel: unary(async ({ id }) => ({ job: await jobs.cancel(id) })),
    pause: unary(async ({ id }) => ({ job: await jobs.pause(id) })),
    resume: unary(async ({ id }) => ({ job: await jobs.resume(id) })),
    readPicture: streaming(async function* ({ id }) {
      for await (const chunk of readPicture(await jobs.get(id))) yield { chunk };
    }),
    listNodes: unary(async () => ({ nodes: farm.nodes.map(farmNode) })),
    drainNode: unary(async ({ node }) => ({ node: farmNode(await drainNode(farm, node)) })),
  };
}

const STATES: Record<NodeState, FarmNodeState> = {
  ready: FarmNodeState.READY,
  aside: FarmNodeState.SET_ASIDE,
  draining: FarmNodeState.DRAINING,
  gone: FarmNodeState.UNSPECIFIED,
};

function farmNode({ name, api, state, description, inFlight, cause }: NodeHandle): FarmNode {
  return {
    name,
    address: api.address,
    state: STATES[state],
    description,
    inFlight,
    cause: cause?.message ?? '',
  };
}
