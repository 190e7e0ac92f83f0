import { NodeConnection } from '@tessera/coordinator';
import { type Bundle, type NodeObserver, TesseraNode } from '@tessera/gpu-node';
import type { DeviceThread } from '@tessera/gpu-node/thread';
import { type FrameBus, InProcessFrameBus } from '@tessera/proto';
import { cacheFolder } from './cache-folder.js';

/** What the one node of this process calls itself. */
export const EMBEDDED = 'embedded';

/** How the one node of this process is set up; what is undefined the node finds out. */
export interface NodeOptions {
  readonly bundles: readonly Bundle[];
  readonly device: string;
  /** The thread of the device, if it was started already. */
  readonly thread?: DeviceThread | undefined;
  readonly threads?: number | undefined;
  readonly batch?: number | undefined;
}

/** Who watches the node and its bus. */
export interface Watch {
  readonly observer: NodeObserver;
  observe(bus: FrameBus): FrameBus;
}

/** The embedded mode: one node and an in-process bus, with the classes and the protocol of a farm. */
export interface Embedded {
  readonly address: string;
  readonly connection: NodeConnection;
  readonly bus: FrameBus;
  close(): Promise<void>;
}

/** Starts the node on an ephemeral port of the loopback interface; resolves when it has warmed up. */
export async function startEmbedded(
  { bundles, device, thread, threads, batch }: NodeOptions,
  watch?: Watch,
): Promise<Embedded> {
  const bus = new InProcessFrameBus();
  const node = await TesseraNode.start({
    bundles,
    listen: '127.0.0.1:0',
    name: EMBEDDED,
    cache: cacheFolder(),
    device,
    thread,
    bus: watch?.observe(bus) ?? bus,
    ...(watch && { observer: watch.observer }),
    ...(threads !== undefined && { threads }),
    ...(batch !== undefined && { batch }),
  });
  const connection = new NodeConnection(node.address);
  const close = async () => {
    connection.close();
    await node.close();
  };
  return { address: node.address, connection, bus, close };
}
