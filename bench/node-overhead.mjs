// What the node costs over the bare graph: tiles a second through Denoise over loopback gRPC, node and client in one
// process and two requests in flight, against session.run alone at the same batch and threads. Rounds of both alternate,
// and the medians are compared, so that what else the machine does weighs on both.
//
//   node bench/node-overhead.mjs [--bundle DIR] [--threads N] [--batch N] [--rounds N] [--guided]
import { randomFillSync } from 'node:crypto';
import { parseArgs } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { conditioningDigest, openBundle, TesseraNode } from '@tessera/gpu-node';
import { CHANNEL_OPTIONS, InProcessFrameBus, NodeClient } from '@tessera/proto';
import ort from 'onnxruntime-node';

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: 'models/histology-starter' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '10' },
    guided: { type: 'boolean', default: false },
  },
});
const threads = Number(values.threads);
const batch = Number(values.batch);
const requestsPerRound = Math.max(4, Math.round(128 / batch));

const bundle = await openBundle(values.bundle);
const { manifest } = bundle;
const rowsPerTile = values.guided ? 2 : 1;

function latent() {
  const { channels, size } = manifest.tile;
  return Float32Array.from(randomFillSync(new Int16Array(channels * size * size)), (v) => v / 16384);
}

async function bareRound(session, feeds) {
  const start = performance.now();
  for (let i = 0; i < requestsPerRound * rowsPerTile; i++) await session.run(feeds);
  return (requestsPerRound * batch * 1000) / (performance.now() - start);
}

async function nodeRound(client, requests) {
  const start = performance.now();
  const queue = [...requests];
  let device = 0;
  const sender = async () => {
    for (let request = queue.pop(); request; request = queue.pop()) {
      const { work } = await new Promise((resolve, reject) =>
        client.denoise(request, (error, response) => (error ? reject(error) : resolve(response))),
      );
      device += work.deviceSeconds;
    }
  };
  await Promise.all([sender(), sender()]);
  const seconds = (performance.now() - start) / 1000;
  return { rate: (requests.length * batch) / seconds, busy: device / seconds };
}

const node = await TesseraNode.start({
  bundles: [values.bundle],
  listen: '127.0.0.1:0',
  bus: new InProcessFrameBus(),
  threads,
  batch,
});
const client = new NodeClient(node.address, credentials.createInsecure(), CHANNEL_OPTIONS);
const grid = new Uint8Array(
  new Float32Array(manifest.conditioning.embedding).map((_, i) => Math.sin(i)).buffer,
);
const digest = conditioningDigest(0, grid);
const requests = Array.from({ length: requestsPerRound }, (_, r) => ({
  bundle: bundle.digest,
  projection: undefined,
  tiles: Array.from({ length: batch }, (_, i) => ({
    id: i,
    position: `bench/0/${r}/${i},0`,
    timestep: 500,
    alphaCumprod: 0.3,
    guidanceScale: values.guided ? 1.5 : 1,
    x: new Uint8Array(latent().buffer),
    conditioning: { digest, magnification: 0, grid },
  })),
}));

const session = await ort.InferenceSession.create(`${values.bundle}/${manifest.graphs.denoiser.file}`, {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const feeds = Object.fromEntries(
  Object.entries(manifest.graphs.denoiser.inputs).map(([name, { shape }]) => {
    const sides = shape.map((side) => (side === -1 ? batch : side));
    const data = new Float32Array(sides.reduce((product, side) => product * side, 1)).fill(
      name === 't' ? 500 : 0.1,
    );
    return [name, new ort.Tensor('float32', data, sides)];
  }),
);

const bare = [];
const embedded = [];
const busy = [];
for (let round = -1; round < Number(values.rounds); round++) {
  const rate = await bareRound(session, feeds);
  const through = await nodeRound(client, requests);
  if (round < 0) continue;
  bare.push(rate);
  embedded.push(through.rate);
  busy.push(through.busy);
}
client.close();
await node.close();
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
console.log(
  JSON.stringify({
    bundle: manifest.name,
    threads,
    batch,
    guided: values.guided,
    bareTilesPerSecond: median(bare),
    nodeTilesPerSecond: median(embedded),
    ratio: median(bare.map((rate, i) => embedded[i] / rate)),
    busyFraction: median(busy),
  }),
);
