import { NodeConnection } from '@tessera/coordinator';
import { openBundle, TesseraNode } from '@tessera/gpu-node';
import type { Manifest } from '@tessera/tiler';
import { TamperedBus } from './tampered-bus.js';

/** What a case runs on: a bundle, and a node that has loaded it, called over gRPC. */
export interface Environment {
  readonly manifest: Manifest;
  /** SHA-256 of manifest.json, as calls name the bundle. */
  readonly digest: string;
  readonly node: TesseraNode;
  readonly connection: NodeConnection;
  readonly bus: TamperedBus;
  close(): Promise<void>;
}

/** Loads the bundle in `dir` into a node of its own, on one thread and an ephemeral port of the loopback. */
export async function openEnvironment(dir: string): Promise<Environment> {
  const { manifest, digest } = await openBundle(dir);
  const bus = new TamperedBus();
  const node = await TesseraNode.start({ bundles: [dir], listen: '127.0.0.1:0', threads: 1, batch: 4, bus });
  const connection = new NodeConnection(node.address);
  return {
    manifest,
    digest,
    node,
    connection,
    bus,
    async close() {
      connection.close();
      await node.close();
    },
  };
}
