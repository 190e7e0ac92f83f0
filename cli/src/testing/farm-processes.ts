import { NatsServer } from '@tessera/farm/testing';
import { afterEach, beforeEach } from 'vitest';
import { TINY_BUNDLE } from './command.js';
import { Service } from './service.js';

/** What starts the processes of a test's farm. */
export interface FarmProcesses {
  /** Where its nats-server is. */
  url(): string;
  /** `bundle` is a folder; the tiny one by default. */
  node(name: string, bundle?: string, ...options: string[]): Promise<Service>;
  /** `state` is the folder of its jobs. */
  coordinator(state: string, ...options: string[]): Promise<Service>;
}

/** A nats-server of its own for each test of the block, and real processes on it with the tiny bundle; all end with the test. */
export function farmProcesses(): FarmProcesses {
  const services: Service[] = [];
  let nats: NatsServer;

  beforeEach(async () => {
    nats = await NatsServer.start();
  });

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.end('SIGKILL')));
    await nats.stop();
  });

  const start = async (bundle: string, ...args: string[]) => {
    const service = await Service.start([...args, '--nats', nats.url, '--bundle', bundle]);
    services.push(service);
    return service;
  };
  return {
    url: () => nats.url,
    node: (name, bundle = TINY_BUNDLE, ...options) =>
      start(bundle, 'node', '--listen', '127.0.0.1:0', '--name', name, '--threads', '1', ...options),
    coordinator: (state, ...options) =>
      start(TINY_BUNDLE, 'coordinator', '--grpc', '127.0.0.1:0', '--state', state, ...options),
  };
}
