import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  type Announcement,
  BundleCache,
  type FarmConnection,
  NatsFrameBus,
  NodeRegistry,
  ObjectBundles,
} from '@tessera/farm';
import { TesseraNode } from '@tessera/gpu-node';
import type { DescribeResponse } from '@tessera/proto';
import { type LogLevel, nodeTelemetry, ServiceTelemetry, watchNats } from '@tessera/telemetry';
import { TesseraError } from '@tessera/tiler';
import type { Logger } from 'pino';
import { defaultBundle } from '../bundle-path.js';
import { cacheFolder } from '../cache-folder.js';
import type { Values } from '../config/setting.js';
import type { NODE } from '../config/settings.js';
import { interruptible } from '../interrupt.js';
import { serviceCertificates } from '../security/credentials.js';
import { checkExposure } from '../security/exposure.js';
import { VERSION } from '../version.js';
import { BoundedFrameBus } from './bounded-frame-bus.js';
import { mounted } from './mounted-bundles.js';
import { openNats } from './nats.js';
import { nodeName, reachable } from './node-name.js';
import { withinSeconds } from './within-seconds.js';

/** The settings of `tessera node`. */
type NodeSettings = Values<typeof NODE>;

/** Seconds that calls under way have when the node is told to stop: less than the 30 that supervisors usually grant. */
const DRAIN_SECONDS = 25;

/**
 * `tessera node`: serves until SIGTERM, Ctrl-C or `tessera drain`, then finishes what is in flight. Throws the errors of `TesseraNode.start`,
 * `serviceCertificates`, `checkExposure` and `openNats`, and TESSERA_NODE_EXISTS if another process has the name, also later.
 */
export async function runNode(options: NodeSettings, json: boolean): Promise<void> {
  const name = options.name ?? nodeName(options.listen);
  const certificates = serviceCertificates(options, 'node');
  const secure = certificates !== undefined;
  checkExposure('listen', options.listen, { encrypted: secure, restricted: secure }, options);
  const telemetry = await ServiceTelemetry.open({
    role: 'node',
    name,
    version: VERSION,
    logLevel: options.logLevel as LogLevel,
  });
  const { exposition, log, tracing } = telemetry;
  const { signal, release } = interruptible(() => log.info('stopping: finishing what is in flight'));
  const sentAway = new AbortController();
  let node: TesseraNode | undefined;
  let nats: FarmConnection | undefined;
  try {
    // Before it loads, so that it can be asked whether it is ready.
    if (options.metrics !== undefined) await telemetry.listen(options.metrics, () => node?.serving ?? false);
    if (options.nats !== undefined)
      nats = await openNats(options.nats, options, { role: 'node', name: `node ${name}` });
    if (nats !== undefined) watchNats(exposition, nats);
    const { observer, observe } = nodeTelemetry({ name, device: options.device }, exposition, log, tracing);
    node = await TesseraNode.start({
      bundles: options.bundle ?? [defaultBundle()],
      listen: options.listen,
      device: options.device,
      name,
      cache: cacheFolder(),
      certificates,
      bus: observe(nats ? await NatsFrameBus.open(nats) : new BoundedFrameBus()),
      observer,
      fetchBundle: bundleFetcher(options, nats, log),
      onDrain: () => {
        log.info('asked to leave: finishing what is in flight');
        sentAway.abort();
      },
      ...(options.threads !== undefined && { threads: options.threads }),
      ...(options.batch !== undefined && { batch: options.batch }),
    });
    await serve(
      node,
      options.advertise ?? reachable(node.address),
      nats,
      (description) => sayReady(node!, telemetry, description, json),
      [signal, sentAway.signal],
    );
  } finally {
    await node?.close();
    await nats?.close();
    certificates?.close();
    await telemetry.close();
    release();
  }
}

/** Fetches bundles that are asked for into the cache: from the mounted folder, else from the store in NATS. */
function bundleFetcher(options: NodeSettings, nats: FarmConnection | undefined, log: Logger) {
  if (nats === undefined && options.bundleStore === undefined) return undefined;
  return async (digest: string): Promise<string> => {
    try {
      const sources = [...mounted(options), ...(nats === undefined ? [] : [await ObjectBundles.open(nats)])];
      return await new BundleCache(join(cacheFolder(), 'bundles'), sources).get(digest);
    } catch (error) {
      const { code, message } = TesseraError.from(error);
      log.error({ bundle: digest, code, cause: message }, 'bundle not fetched');
      throw error;
    }
  };
}

async function serve(
  node: TesseraNode,
  address: string,
  nats: FarmConnection | undefined,
  onReady: (description: DescribeResponse) => void,
  stops: readonly AbortSignal[],
): Promise<void> {
  const description = node.describe();
  const announcement = nats && (await announce(nats, address, description));
  try {
    onReady(description);
    await stopped(...stops, announcement?.lost);
    announcement?.lost.throwIfAborted();
    // No coordinator sends anything more once it has read this; what comes all the same goes to another node.
    await announcement?.update({ draining: true }).catch(() => undefined);
    await withinSeconds(DRAIN_SECONDS, node.drain());
  } finally {
    await announcement?.leave();
  }
}

async function announce(
  nats: FarmConnection,
  address: string,
  { name, version, device, bundles }: DescribeResponse,
): Promise<Announcement> {
  const registry = await NodeRegistry.open(nats);
  return await registry.announce({
    name,
    address,
    instance: randomUUID(),
    version,
    devices: [device],
    bundles: bundles.map(({ digest, name: bundle, batch, secondsPerEvaluation, numerics }) => ({
      digest,
      name: bundle,
      batch,
      secondsPerEvaluation,
      numerics,
    })),
    draining: false,
  });
}

function sayReady(
  { address }: TesseraNode,
  { address: metrics }: ServiceTelemetry,
  { name, device, bundles }: DescribeResponse,
  json: boolean,
): void {
  const names = bundles.map((bundle) => bundle.name);
  const said = json
    ? JSON.stringify({ name, address, metrics, device, bundles: bundles.map(({ digest }) => digest) })
    : `Node ${name} serves ${names.join(', ')} with ${device} on ${address}`;
  process.stdout.write(`${said}\n`);
}

/** Resolves when one of the signals has aborted. */
function stopped(...signals: (AbortSignal | undefined)[]): Promise<void> {
  const any = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  return new Promise((resolve) => {
    // The process lives on for as long as it listens.
    if (any.aborted) resolve();
    any.addEventListener('abort', () => resolve(), { once: true });
  });
}
