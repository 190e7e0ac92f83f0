import { setTimeout as delay } from 'node:timers/promises';
import { NatsServer } from '@tessera/farm/testing';
import { TINY_BUNDLE } from '../testing/command.js';
import { Service } from '../testing/service.js';
import type { FaultSchedule, ProcessFault } from './fault-schedule.js';
import { type MessageFate, NatsProxy } from './nats-proxy.js';

const NODES = 3;

/** Nodes, a coordinator and a nats-server as processes, the nodes behind a proxy that does to frames what the schedule says. */
export class FaultFarm {
  readonly nats: NatsServer;
  readonly #proxy: NatsProxy;
  readonly #state: string;
  readonly #nodes = new Map<number, Service>();
  #coordinator!: Service;
  #restarting: Promise<unknown> = Promise.resolve();

  private constructor(nats: NatsServer, proxy: NatsProxy, state: string) {
    this.nats = nats;
    this.#proxy = proxy;
    this.#state = state;
  }

  /** `state` is the coordinator's folder. */
  static async start(state: string, { lost, twice, late, random }: FaultSchedule): Promise<FaultFarm> {
    const nats = await NatsServer.start();
    const fateOf = (): MessageFate => {
      const draw = random();
      if (draw < lost) return { copies: 0, late: 0 };
      if (draw < lost + twice) return { copies: 2, late: 0 };
      return { copies: 1, late: draw < lost + twice + late ? 1 + 100 * random() : 0 };
    };
    const proxy = await NatsProxy.start(() => Number(new URL(nats.url).port), fateOf);
    const farm = new FaultFarm(nats, proxy, state);
    await Promise.all([
      farm.#startCoordinator(),
      ...Array.from({ length: NODES }, (_, i) => farm.#startNode(i)),
    ]);
    return farm;
  }

  /** host:port of the coordinator that is there now, once what was killed is back. */
  async address(): Promise<string> {
    await this.#restarting;
    return this.#coordinator.address;
  }

  /** Does it, and undoes it after its time. Resolves when it is undone. */
  async strike({ who, how, seconds }: ProcessFault, random: () => number): Promise<void> {
    const undoing = this.#strike(who, how, seconds, Math.floor(random() * NODES));
    this.#restarting = Promise.all([this.#restarting, undoing]);
    await undoing;
  }

  async #strike(who: ProcessFault['who'], how: ProcessFault['how'], seconds: number, node: number) {
    if (who === 'connections') return this.#proxy.cut();
    const kill = how === 'kill';
    if (who === 'nats-server') {
      if (kill) await this.nats.kill();
      else process.kill(this.nats.pid!, 'SIGSTOP');
      await delay(1000 * seconds);
      return kill ? await this.nats.restart() : void process.kill(this.nats.pid!, 'SIGCONT');
    }
    const service = who === 'node' ? this.#nodes.get(node)! : this.#coordinator;
    if (kill) await service.end('SIGKILL');
    else service.signal('SIGSTOP');
    await delay(1000 * seconds);
    if (!kill) return service.signal('SIGCONT');
    if (who === 'node') await this.#startNode(node);
    else await this.#startCoordinator();
  }

  async stop(): Promise<void> {
    await this.#restarting.catch(() => undefined);
    const services = [this.#coordinator, ...this.#nodes.values()];
    await Promise.all(services.map((service) => service?.end('SIGKILL')));
    await this.#proxy.stop();
    await this.nats.stop();
  }

  async #startNode(index: number): Promise<void> {
    const options = [
      '--listen',
      '127.0.0.1:0',
      '--name',
      `node-${index}`,
      '--threads',
      '1',
      '--bundle',
      TINY_BUNDLE,
    ];
    this.#nodes.set(index, await Service.start(['node', ...options, '--nats', this.#proxy.url]));
  }

  async #startCoordinator(): Promise<void> {
    const options = ['--grpc', '127.0.0.1:0', '--state', this.#state, '--bundle', TINY_BUNDLE];
    this.#coordinator = await Service.start(['coordinator', ...options, '--nats', this.nats.url]);
  }
}
