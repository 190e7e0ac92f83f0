import { Farm, NodeConnection } from '@tessera/coordinator';
import { FarmConnection, NatsFrameBus } from '@tessera/farm';
import { NatsServer } from '@tessera/farm/testing';
import { TesseraNode } from '@tessera/gpu-node';
import { type FrameBus, InProcessFrameBus } from '@tessera/proto';
import { BUNDLE, millisecondsOf } from './farm.js';
import type { Figure } from './figures.js';
import { canvas, denoise, workOf } from './job.js';

const NODES = 4;

/** The same farm, nodes and coordinator in this process, once with its frames in this process and once over NATS. */
export async function bus(steps: number, rate: number): Promise<Figure[]> {
  const plan = canvas(2048, steps);
  const device = `simulated:${millisecondsOf(NODES, rate)}ms`;
  const inProcess = new InProcessFrameBus();
  const near = await seconds(
    device,
    Array.from({ length: NODES + 1 }, () => inProcess),
    plan,
  );
  const nats = await NatsServer.start();
  const connections = await Promise.all(
    Array.from({ length: NODES + 1 }, (_, i) =>
      FarmConnection.open({ servers: nats.url, name: `bench ${i}` }),
    ),
  );
  try {
    const buses = await Promise.all(connections.map((connection) => NatsFrameBus.open(connection)));
    const far = await seconds(device, buses, plan);
    const sent = connections.reduce((sum, { nats }) => sum + nats.stats().outBytes, 0);
    const received = connections.reduce((sum, { nats }) => sum + nats.stats().inBytes, 0);
    const { tileSteps } = workOf(plan);
    return [
      {
        figure: 'guidance over NATS against the in-process bus',
        measured: near / far,
        mustReach: 0.95,
        details: {
          inProcess: near,
          nats: far,
          bytesSentPerTileStep: sent / tileSteps,
          bytesReceivedPerTileStep: received / tileSteps,
        },
      },
    ];
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
    await nats.stop();
  }
}

/** Seconds of sampling with one bus for the coordinator and one for each node. */
async function seconds(
  device: string,
  [own, ...buses]: readonly FrameBus[],
  plan: Parameters<typeof denoise>[0],
): Promise<number> {
  const farm = new Farm();
  const nodes: TesseraNode[] = [];
  try {
    for (const [i, one] of buses.entries()) {
      const options = { bundles: [BUNDLE], listen: '127.0.0.1:0', name: `node-${i}`, device, batch: 4 };
      const node = await TesseraNode.start({ ...options, bus: one });
      nodes.push(node);
      await farm.pool.add(new NodeConnection(node.address));
    }
    return (await denoise(plan, { farm, bus: own! })).seconds.sampling;
  } finally {
    farm.close();
    await Promise.all(nodes.map((node) => node.close()));
  }
}
