import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { Service } from '@tessera/cli/testing';
import { Farm, keepJoined, NodeConnection } from '@tessera/coordinator';
import { FarmConnection, NatsFrameBus } from '@tessera/farm';
import { NatsServer } from '@tessera/farm/testing';
import type { FrameBus } from '@tessera/proto';
import { REPOSITORY } from '../tessera.js';

export const BUNDLE = join(REPOSITORY, 'models/histology-mini');

/** What a node of the farm computes with, and how many tiles at once. */
export interface NodeKind {
  /** As `tessera node --device`. */
  readonly device: string;
  readonly batch: number;
}

/** Milliseconds a tile so that `nodes` devices ask for the tile-steps a second that the machine can serve; never below the stated 16. */
export function millisecondsOf(nodes: number, rate: number): number {
  return Math.max(16, Math.ceil((1000 * nodes) / rate));
}

/** A nats-server and nodes, each a process; the coordinator's farm is in this one. */
export class ProcessFarm {
  readonly farm = new Farm({ elastic: true });
  readonly #stop = new AbortController();

  private constructor(
    readonly nats: NatsServer,
    readonly bus: FrameBus & { state(): Promise<{ bytes: number; messages: number }> },
    readonly nodes: readonly Service[],
    readonly connection: FarmConnection,
  ) {}

  /** Resolves when every node has joined. */
  static async start(kinds: readonly NodeKind[]): Promise<ProcessFarm> {
    const nats = await NatsServer.start();
    const connection = await FarmConnection.open({ servers: nats.url, name: 'bench' });
    const bus = await NatsFrameBus.open(connection);
    const nodes: Service[] = [];
    // A few at a time: all at once would take the machine's cores from one another.
    for (let first = 0; first < kinds.length; first += 4)
      nodes.push(
        ...(await Promise.all(
          kinds.slice(first, first + 4).map((kind, i) => startNode(`node-${first + i}`, kind, nats.url)),
        )),
      );
    const farm = new ProcessFarm(nats, bus, nodes, connection);
    // One listener a node.
    setMaxListeners(0, farm.#stop.signal);
    for (const { address } of nodes)
      void keepJoined(farm.farm, () => new NodeConnection(address), farm.#stop.signal);
    await new Promise<void>((resolve) => {
      const look = () => farm.farm.nodes.length === nodes.length && resolve();
      farm.farm.onNodes(look);
      look();
    });
    return farm;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.farm.close();
    await Promise.all(this.nodes.map((node) => node.end('SIGKILL')));
    await this.connection.close();
    await this.nats.stop();
  }
}

/** A node as a process. */
export function startNode(name: string, { device, batch }: NodeKind, nats: string): Promise<Service> {
  const options = {
    name,
    device,
    batch: String(batch),
    nats,
    listen: '127.0.0.1:0',
    threads: '1',
    bundle: BUNDLE,
  };
  return Service.start([
    'node',
    ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]),
  ]);
}
