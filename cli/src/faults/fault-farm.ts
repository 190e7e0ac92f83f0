import { setTimeout as delay } from 'node:timers/promises';
import { NatsServer } from '@tessera/farm/testing';
import { TINY_BUNDLE } from '../testing/command.js';
import { peakMiB } from '../testing/process-memory.js';
import { Service } from '../testing/service.js';
import type { FaultSchedule, ProcessFault } from './fault-schedule.js';
import { type MessageFate, NatsProxy } from './nats-proxy.js';
import { type CallFate, RpcProxy } from './rpc-proxy.js';

export const NODES = 3;
/** How many times as long as the others a slow node takes. */
const SLOWER = 10;
const JUMPING_CLOCK = ['--import', new URL('./jumping-clock.js', import.meta.url).href];

/**
 * Nodes, a coordinator and a nats-server as processes, each node between two proxies that do to frames and to calls what the schedule says,
 * all with wall clocks that jump when told to.
 */
export class FaultFarm {
  readonly nats: NatsServer;
  readonly #proxy: NatsProxy;
  /** In front of the nodes, in their order. */
  readonly #calls: readonly RpcProxy[];
  readonly #state: string;
  readonly #nodes = new Map<number, Service>();
  #coordinator!: Service;
  #restarting: Promise<unknown> = Promise.resolve();

  private constructor(nats: NatsServer, proxy: NatsProxy, calls: readonly RpcProxy[], state: string) {
    this.nats = nats;
    this.#proxy = proxy;
    this.#calls = calls;
    this.#state = state;
  }

  /** `state` is the coordinator's folder. */
  static async start(state: string, schedule: FaultSchedule): Promise<FaultFarm> {
    const { lost, twice, late, random } = schedule;
    const nats = await NatsServer.start();
    const fateOf = (): MessageFate => {
      const draw = random();
      if (draw < lost) return { copies: 0, late: 0 };
      if (draw < lost + twice) return { copies: 2, late: 0 };
      return { copies: 1, late: draw < lost + twice + late ? 1 + 100 * random() : 0 };
    };
    const proxy = await NatsProxy.start(() => Number(new URL(nats.url).port), fateOf);
    const calls = await Promise.all(
      Array.from({ length: NODES }, (_, node) =>
        RpcProxy.start(() => callFate(schedule, node), schedule.slow === node ? SLOWER : 1),
      ),
    );
    const farm = new FaultFarm(nats, proxy, calls, state);
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
    if (who === 'clocks') {
      for (const service of [this.#coordinator, ...this.#nodes.values()]) service.signal('SIGUSR2');
      return;
    }
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

  /** The most that a process which is there now ever had in memory, MiB; 0 where the system does not tell. */
  async peakMebibytes(): Promise<number> {
    const services = [this.#coordinator, ...this.#nodes.values()];
    const peaks = services.map(({ pid }) => peakMiB(pid).catch(() => 0));
    return Math.max(...(await Promise.all(peaks)));
  }

  async stop(): Promise<void> {
    await this.#restarting.catch(() => undefined);
    const services = [this.#coordinator, ...this.#nodes.values()];
    await Promise.all(services.map((service) => service?.end('SIGKILL')));
    for (const calls of this.#calls) calls.stop();
    await this.#proxy.stop();
    await this.nats.stop();
  }

  async #startNode(index: number): Promise<void> {
    const calls = this.#calls[index]!;
    const options = ['--listen', '127.0.0.1:0', '--advertise', calls.address, '--name', `node-${index}`];
    const node = await this.#start('node', ...options, '--threads', '1', '--nats', this.#proxy.url);
    calls.node = node.address;
    this.#nodes.set(index, node);
  }

  async #startCoordinator(): Promise<void> {
    const options = ['--grpc', '127.0.0.1:0', '--state', this.#state, '--nats', this.nats.url];
    this.#coordinator = await this.#start('coordinator', ...options);
  }

  #start(...args: string[]): Promise<Service> {
    return Service.start([...args, '--bundle', TINY_BUNDLE], () => {}, JUMPING_CLOCK);
  }
}

function callFate({ calls, liar, lies, random }: FaultSchedule, node: number): CallFate {
  if (node === liar && random() < lies) return random() < 0.5 ? 'lies NaN' : 'lies shape';
  const draw = random();
  if (draw < calls.lost) return random() < 0.5 ? 'request lost' : 'answer lost';
  if (draw < calls.lost + calls.twice) return 'twice';
  return draw < calls.lost + calls.twice + calls.late ? 'late' : 'passes';
}
