import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { Server } from '@grpc/grpc-js';
import {
  Access,
  authorize,
  type Certificates,
  Gate,
  type MethodPermissions,
  serverCredentials,
} from '@tessera/farm/security';
import { bind, unary } from '@tessera/farm/service';
import {
  CHANNEL_OPTIONS,
  type DescribeResponse,
  type FrameBus,
  type NodeServer,
  NodeService,
} from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { HealthImplementation } from 'grpc-health-check';
import { type Bundle, openBundle } from './bundle/open-bundle.js';
import { ContextCache } from './context/context-cache.js';
import type { NodeDevice } from './device/node-device.js';
import { SimulatedDevice, simulatedMilliseconds } from './device/simulated-device.js';
import { availableThreads } from './device/threads.js';
import { Guides } from './guide/guides.js';
import { type NodeObserver, UNOBSERVED } from './observe/observer.js';
import { KeptReports } from './probe/kept-reports.js';
import { BundleLoader } from './service/bundle-loader.js';
import { DecodeMethod } from './service/decode.js';
import { DenoiseMethod } from './service/denoise.js';
import { describe } from './service/describe.js';
import { LoadedBundles } from './service/loaded-bundles.js';
import { observed } from './service/observed.js';
import { Precedence } from './service/precedence.js';
import { RunMethod } from './service/run.js';
import { Device } from './worker/device.js';
import type { DeviceThread } from './worker/launch.js';
import type { DeviceSettings } from './worker/protocol.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** The service as the health protocol names it. */
const SERVICE = 'tessera.v1.Node';

/** Most threads, and most rows of a run. */
const MOST = 1024;

export interface NodeOptions {
  /** The bundles to load, at least one: their folders, or what `openBundle` gave. */
  readonly bundles: readonly (string | Bundle)[];
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  /** Where guide frames are published and fetched. */
  readonly bus: FrameBus;
  /** ONNX Runtime's execution provider: "cpu" (the default), "cuda:0", "webgpu" ...; or "simulated:16ms", for benchmarks. */
  readonly device?: string;
  /** Its thread, if it was started already (`launchThread`). */
  readonly thread?: DeviceThread | undefined;
  /** Intra-op threads; by default those the process may use. */
  readonly threads?: number;
  /** Denoiser evaluations in a run; by default the fastest of a short measurement. */
  readonly batch?: number;
  /** Folder in which what was measured at load is kept for the next start; by default it is measured every time. */
  readonly cache?: string | undefined;
  /** Unique in a farm; by default made of host and port. */
  readonly name?: string;
  /** Who is told what happens in it. */
  readonly observer?: NodeObserver;
  /** Fetches a bundle of a digest that is asked for and not here, and gives its folder; without it there are no others. */
  readonly fetchBundle?: ((digest: string) => Promise<string>) | undefined;
  /** Called when a coordinator asks the node to finish what it has and to end; without it that is refused. */
  readonly onDrain?: () => void;
  /** With them callers must show a certificate of a coordinator; plaintext for anyone by default. */
  readonly certificates?: Certificates | undefined;
}

/** What each method needs. */
const PERMISSIONS: MethodPermissions<typeof NodeService> = {
  describe: 'compute',
  denoise: 'compute',
  decode: 'compute',
  run: 'compute',
  loadBundle: 'compute',
  drain: 'compute',
};

/** A machine of `tessera.v1.Node`: one device, its bundles, and their graphs behind gRPC. */
export class TesseraNode {
  /** Contexts by bundle and conditioning digest. */
  readonly contexts = new ContextCache();
  readonly #bundles = new LoadedBundles();
  readonly #health = new HealthImplementation({ '': 'NOT_SERVING', [SERVICE]: 'NOT_SERVING' });
  readonly #server: Server;
  readonly #observer: NodeObserver;
  #address = '';
  #self = { name: '', version, device: '', threads: 0 };
  #device: NodeDevice | undefined;
  /** Loaded and not draining. */
  #serves = false;
  /** The device's thread is there. */
  #ready = false;

  private constructor(observer: NodeObserver, gate: Gate) {
    this.#observer = observer;
    this.#server = new Server({
      ...CHANNEL_OPTIONS,
      interceptors: [authorize(gate, NodeService, PERMISSIONS)],
    });
    this.#health.addToServer(this.#server);
  }

  /**
   * Starts a node: opens the bundles, listens (not serving yet), loads, warms up and measures them, serves. Throws the
   * errors of `openBundle`, TESSERA_PORT_IN_USE, TESSERA_DEVICE_UNAVAILABLE or TESSERA_BAD_ARGUMENT; nothing is left running.
   */
  static async start(options: NodeOptions): Promise<TesseraNode> {
    checkCounts(options);
    const gate = new Gate(new Access({ certificates: options.certificates !== undefined }));
    const node = new TesseraNode(options.observer ?? UNOBSERVED, gate);
    try {
      // The thread takes as long to start as the files to be read.
      const opened = Promise.all([...new Set(options.bundles)].map(opening));
      opened.catch(() => {});
      const { device = 'cpu', threads = await availableThreads() } = options;
      const loader = await node.#listen(options, { device, threads });
      for (const bundle of await opened) await loader.load(bundle);
      node.#bundles.complete();
      node.#serves = true;
      node.#announce(true);
      return node;
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  /** Whether it takes work: loaded, not draining, its device ready. */
  get serving(): boolean {
    return this.#serves && this.#ready;
  }

  /** host:port it listens on. */
  get address(): string {
    return this.#address;
  }

  /** What the node is and what the measurement at load found. */
  describe(): DescribeResponse {
    return describe(this.#self, this.#bundles);
  }

  /** Says NOT_SERVING, takes no new calls and waits for those under way. */
  async drain(): Promise<void> {
    this.#serves = false;
    this.#announce(false);
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
  }

  /** Ends the node: calls under way are cut off. Drain first to let them end. */
  async close(): Promise<void> {
    this.#server.forceShutdown();
    await this.#device?.close();
  }

  async #listen(
    {
      listen,
      name,
      bus,
      certificates,
      cache,
      batch,
      thread,
      fetchBundle,
      onDrain = refuseDrain,
    }: NodeOptions,
    { device, threads }: DeviceSettings,
  ): Promise<BundleLoader> {
    const opened = await this.#open(device, threads, thread);
    this.#device = opened;
    const loader = new BundleLoader({
      device: opened,
      bundles: this.#bundles,
      kept: new KeptReports(cache, { device, threads }, version),
      batch,
      fetch: fetchBundle,
      observer: this.#observer,
    });
    const guides = new Guides(bus);
    const denoise = new DenoiseMethod(this.#bundles, opened, this.contexts, guides);
    const decode = new DecodeMethod(this.#bundles, opened, guides, bus);
    const run = new RunMethod(this.#bundles, opened);
    const precedence = new Precedence();
    const observer = this.#observer;
    const methods: NodeServer = {
      describe: unary(async () => this.describe()),
      denoise: observed(
        observer,
        'denoise',
        ({ tiles }) => tiles.length,
        (...call) => precedence.admit(call[0].claim, () => denoise.handle(...call)),
      ),
      decode: observed(
        observer,
        'decode',
        ({ tiles }) => tiles.length,
        (...call) => precedence.admit(call[0].claim, () => decode.handle(...call)),
      ),
      run: observed(
        observer,
        'run',
        () => 1,
        (...call) => run.handle(...call),
      ),
      loadBundle: unary(async ({ bundle: digest }) => {
        await loader.ensure(digest);
        return { bundle: this.describe().bundles.find((bundle) => bundle.digest === digest) };
      }),
      drain: unary(async () => {
        onDrain();
        return {};
      }),
    };
    this.#server.addService(NodeService, methods);
    this.#address = await bind(this.#server, listen, serverCredentials(certificates));
    const called = name ?? `${hostname()}:${this.#address.slice(this.#address.lastIndexOf(':') + 1)}`;
    this.#self = { name: called, version, device, threads };
    return loader;
  }

  async #open(device: string, threads: number, thread?: DeviceThread): Promise<NodeDevice> {
    const onReady = (ready: boolean, reason?: TesseraError) => {
      this.#ready = ready;
      this.#observer.device(ready, reason);
      this.#announce(this.serving);
    };
    const milliseconds = simulatedMilliseconds(device);
    if (milliseconds === undefined) return await Device.start({ device, threads }, onReady, thread);
    onReady(true);
    return new SimulatedDevice(milliseconds);
  }

  #announce(serving: boolean): void {
    for (const service of ['', SERVICE]) this.#health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
  }
}

async function opening(bundle: string | Bundle): Promise<Bundle> {
  return typeof bundle === 'string' ? openBundle(bundle) : bundle;
}

function checkCounts({ bundles, threads = 1, batch = 1 }: NodeOptions): void {
  if (bundles.length === 0)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'bundles', 'at least one folder', undefined);
  for (const [field, count] of Object.entries({ threads, batch }))
    if (!Number.isInteger(count) || count < 1 || count > MOST)
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', field, `an integer from 1 to ${MOST}`, count);
}

function refuseDrain(): never {
  throw new TesseraError(
    'TESSERA_BAD_ARGUMENT',
    'Expected a node that is a process of its own: this one ends with its coordinator',
    {
      field: 'node',
    },
  );
}
