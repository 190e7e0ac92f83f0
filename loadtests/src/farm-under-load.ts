import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Service, TINY_BUNDLE } from '@tessera/cli/testing';
import { CoordinatorConnection } from '@tessera/coordinator';
import { NatsServer } from '@tessera/farm/testing';
import { HEAP_FLAGS, MALLOC_ARENAS } from './as-deployed.js';

const WAIT = { seconds: 60 };

/** A real farm on loopback: nats-server, a coordinator and nodes with a bundle of a few KB, each a process. */
export class FarmUnderLoad {
  readonly coordinator: Service;
  readonly nodes: readonly Service[];
  readonly #nats: NatsServer;
  readonly #folder: string;

  private constructor(nats: NatsServer, folder: string, coordinator: Service, nodes: readonly Service[]) {
    this.#nats = nats;
    this.#folder = folder;
    this.coordinator = coordinator;
    this.nodes = nodes;
  }

  /** Resolves when the coordinator knows all of its nodes. */
  static async start(count: number): Promise<FarmUnderLoad> {
    const nats = await NatsServer.start();
    const folder = await mkdtemp(join(tmpdir(), 'tessera-load-'));
    const common = ['--bundle', TINY_BUNDLE, '--nats', nats.url];
    // Read when a process starts, so that nodes do not have it.
    process.env.MALLOC_ARENA_MAX = MALLOC_ARENAS;
    const coordinator = await Service.start(
      [...['coordinator', '--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0', '--state', folder], ...common],
      () => {},
      HEAP_FLAGS,
    );
    delete process.env.MALLOC_ARENA_MAX;
    const nodes: Service[] = [];
    for (let i = 0; i < count; i++)
      nodes.push(
        await Service.start([
          ...['node', '--listen', '127.0.0.1:0', '--name', `node-${i}`, '--threads', '1'],
          ...common,
        ]),
      );
    const farm = new FarmUnderLoad(nats, folder, coordinator, nodes);
    await farm.#knowsItsNodes();
    return farm;
  }

  /** Where the coordinator answers: gRPC, and HTTP. */
  get at(): { address: string; page: string } {
    return { address: this.coordinator.address, page: this.coordinator.http! };
  }

  /** Processes by what they are. */
  get pids(): Record<string, number> {
    const nodes = this.nodes.map(({ pid }, i) => [`node-${i}`, pid]);
    return {
      coordinator: this.coordinator.pid,
      'nats-server': this.#nats.pid!,
      ...Object.fromEntries(nodes),
    };
  }

  /** Ends every process and removes what they wrote. */
  async stop(): Promise<void> {
    await Promise.all([this.coordinator, ...this.nodes].map((service) => service.end('SIGKILL')));
    await this.#nats.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #knowsItsNodes(): Promise<void> {
    const connection = new CoordinatorConnection(this.coordinator.address);
    try {
      while ((await connection.nodes(WAIT)).length < this.nodes.length);
    } finally {
      connection.close();
    }
  }
}
