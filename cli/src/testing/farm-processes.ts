import { NatsServer } from '@tessera/farm/testing';
import { afterEach, beforeEach } from 'vitest';
import { TINY_BUNDLE } from './command.js';
import { Service } from './service.js';

/** What starts the processes of a test's farm. */
export interface FarmProcesses {
  /** Where its nats-server is. */
  url(): string;
  node(name: string): Promise<Service>;
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

  const start = async (...args: string[]) => {
    const service = await Service.start([...args, '--nats', nats.url, '--bundle', TINY_BUNDLE]);
    services.push(service);
    return service;
  };
  return {
    url: () => nats.url,
    node: (name) => start('node', '--listen', '127.0.0.1:0', '--name', name, '--threads', '1'),
    coordinator: (state, ...options) =>
      start('coordinator', '--grpc', '127.0.0.1:0', '--state', state, ...options),
  };
}
