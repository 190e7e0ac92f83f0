import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultSettings, parseProjection, planJob, renderJob } from '@tessera/coordinator';
import { openBundle, TesseraNode } from '@tessera/gpu-node';
import { InProcessFrameBus } from '@tessera/proto';
import { fitGrid, type Manifest } from '@tessera/tiler';
import ort from 'onnxruntime-node';

// The whole of the embedded mode against the bare graph: denoiser evaluations a second while a canvas is sampled (plan,
// coordinator, gRPC, node, guide frames, fusion, steps), against session.run in a loop at the same batch and threads, in
// turns. The picture's own decoding and writing are left out on both sides. Prints one JSON object.
//
//   node bench/dist/embedded.js [--bundle DIR] [--side 2048] [--steps 4] [--threads 2] [--rounds 3]

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: 'models/histology-starter' },
    side: { type: 'string', default: '2048' },
    steps: { type: 'string', default: '4' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
  },
});
const threads = Number(values.threads);
const batch = Number(values.batch);
const side = Number(values.side);
const bundle = await openBundle(values.bundle);
const { manifest } = bundle;
const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Inputs of the denoiser for `rows` rows, as the manifest has them. */
function feedsOf({ graphs }: Manifest, rows: number): Record<string, ort.Tensor> {
  return Object.fromEntries(
    Object.entries(graphs.denoiser.inputs).map(([name, { shape }]) => {
      const sides = shape.map((side) => (side === -1 ? rows : side));
      const length = sides.reduce((product, side) => product * side, 1);
      return [
        name,
        new ort.Tensor('float32', new Float32Array(length).fill(name === 't' ? 500 : 0.1), sides),
      ];
    }),
  );
}

/** Evaluations a second of `evaluations` evaluations in runs of `batch`. */
async function bareLoop(
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
  evaluations: number,
): Promise<number> {
  const runs = Math.ceil(evaluations / batch);
  const started = performance.now();
  for (let run = 0; run < runs; run++) await session.run(feeds);
  return (runs * batch * 1000) / (performance.now() - started);
}

const session = await ort.InferenceSession.create(join(values.bundle, manifest.graphs.denoiser.file), {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const feeds = feedsOf(manifest, batch);
const bus = new InProcessFrameBus();
const node = await TesseraNode.start({
  bundles: [values.bundle],
  listen: '127.0.0.1:0',
  bus,
  threads,
  batch,
});
const settings = {
  ...defaultSettings(manifest),
  width: side,
  height: side,
  seed: 7n,
  steps: Number(values.steps),
  guidanceScale: 1,
  projection: parseProjection('input'),
};
const plan = planJob(settings, manifest);
const { embedding } = manifest.conditioning;
const vector = {
  channels: embedding,
  width: 1,
  height: 1,
  data: new Float32Array(embedding).map((_, i) => Math.sin(i)),
};
const grid = fitGrid(vector, side / manifest.tile.pixels, side / manifest.tile.pixels);

const rounds: { embedded: number; bare: number; busy: number }[] = [];
for (let round = -1; round < Number(values.rounds); round++) {
  const report = await renderJob(
    {
      id: `bench${round}`,
      plan,
      bundle: bundle.digest,
      grid,
      openOutput: undefined,
      state: undefined,
      batch,
    },
    { nodes: [node.address], bus, version: 'bench' },
  );
  const embedded = report.evaluations.denoiser / report.seconds.sampling;
  const bare = await bareLoop(session, feeds, report.evaluations.denoiser);
  if (round >= 0) rounds.push({ embedded, bare, busy: report.busyFraction });
}
await node.close();
process.stdout.write(
  `${JSON.stringify({
    figure: `embedded ${side}x${side} against the bare graph`,
    unit: 'evaluations/s',
    threads,
    batch,
    embedded: median(rounds.map((round) => round.embedded)),
    bare: median(rounds.map((round) => round.bare)),
    ratio: median(rounds.map((round) => round.embedded / round.bare)),
    busyFraction: median(rounds.map((round) => round.busy)),
    mustReach: 0.9,
  })}\n`,
);
