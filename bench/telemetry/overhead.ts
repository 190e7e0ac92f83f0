import {
  defaultSettings,
  type JobRun,
  type NodeHandle,
  parseProjection,
  planJob,
  renderJob,
  type Task,
  UNOBSERVED,
} from '@tessera/coordinator';
import { openBundle, TesseraNode } from '@tessera/gpu-node';
import { InProcessFrameBus } from '@tessera/proto';
import { coordinatorTelemetry, Exposition, nodeTelemetry, openLog } from '@tessera/telemetry';
import { fitGrid } from '@tessera/tiler';
import { runEchoJob } from '../coordinator/run-echo-job.js';
import { startEcho } from '../coordinator/start-echo.js';

// What metrics and the log (at `info`) cost a tile-step, on both sides together: their calls alone in a loop, over the seconds
// of a tile-step of the bundled model on one thread. Beside it the coordinator alone, against an echoing node, with and without
// them, in turns. Prints one JSON object.

const BATCH = 4;
const LOOPS = 50_000;
const ROUNDS = 5;
const BUNDLE = 'models/histology-mini';

const log = openLog({ level: 'info', base: {}, to: { write: () => {} } });
const coordinator = coordinatorTelemetry(
  new Exposition({ version: '0', role: 'coordinator' }),
  log,
  undefined,
);
const node = nodeTelemetry(
  { name: 'bench', device: 'cpu' },
  new Exposition({ version: '0', role: 'node' }),
  log,
  undefined,
);

const bundle = await openBundle(BUNDLE);
const { manifest } = bundle;
const plan = planJob(
  {
    ...defaultSettings(manifest),
    width: 1024,
    height: 1024,
    seed: 7n,
    steps: 4,
    guidanceScale: 1,
    projection: parseProjection('input'),
  },
  manifest,
);

/** Seconds for a tile-step of all calls that are made for it. */
function observing(): number {
  const run = coordinator.observer.run({ id: 'bench', plan } as JobRun);
  const tasks = Array.from({ length: BATCH }, (_, tile) => ({
    kind: 'denoise' as const,
    pass: { level: { index: 0 } },
    step: 0,
    tile,
  })) as unknown as Extract<Task, { kind: 'denoise' }>[];
  const handle = { name: 'bench' } as NodeHandle;
  const work = { denoiser: BATCH, decoder: 0, encoder: 0, deviceSeconds: 0.01 };
  const started = performance.now();
  for (let loop = 0; loop < LOOPS; loop++) {
    for (const task of tasks) {
      run.awaitsGuide(task);
      run.queued(task);
    }
    const batch = run.batch({ kind: 'denoise', tasks, node: handle, most: BATCH, race: false });
    const headers = batch.headers();
    batch.sent();
    const call = node.observer.call('denoise', BATCH, (key) => headers[key]);
    call.gathered();
    call.computed({ denoiser: { rows: BATCH, seconds: 0.01 } });
    call.ended();
    batch.answered(work);
    for (const task of tasks) run.tileStep(task);
    batch.applied();
  }
  const seconds = (performance.now() - started) / 1000;
  run.ended(undefined);
  return seconds / (LOOPS * BATCH);
}

/** Seconds of a tile-step of the model, coordinator and node in one process. */
async function rendering(): Promise<number> {
  const bus = new InProcessFrameBus();
  const common = { bundles: [BUNDLE], listen: '127.0.0.1:0', bus, threads: 1, batch: BATCH };
  const running = await TesseraNode.start(common);
  const { embedding: channels } = manifest.conditioning;
  const vector = { channels, width: 1, height: 1, data: new Float32Array(channels).fill(0.1) };
  const grid = fitGrid(vector, 1024 / manifest.tile.pixels, 1024 / manifest.tile.pixels);
  const job = { id: 'bench', plan, bundle: bundle.digest, grid, openOutput: undefined, state: undefined };
  const { seconds, tileSteps } = await renderJob(job, { nodes: [running.address], bus, version: 'bench' });
  await running.close();
  return seconds.sampling / tileSteps;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const echo = await startEcho();
const rounds: { observed: number; tileStep: number; echo: number }[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const speed = async (observer = UNOBSERVED) => {
    const report = await runEchoJob(echo.address, 4096, 6, observer);
    return report.tileSteps / report.seconds.sampling;
  };
  const measured = {
    observed: observing(),
    tileStep: await rendering(),
    echo: (await speed(coordinator.observer)) / (await speed()),
  };
  // The first round warms all up.
  if (round > 0) rounds.push(measured);
}
echo.stop();
process.stdout.write(
  `${JSON.stringify({
    figure: 'metrics and log over a tile-step of histology-mini',
    unit: 's',
    observing: median(rounds.map((round) => round.observed)),
    tileStep: median(rounds.map((round) => round.tileStep)),
    ratio: median(rounds.map((round) => round.observed / round.tileStep)),
    mustStayBelow: 0.01,
    echoWithOverWithout: median(rounds.map((round) => round.echo)),
  })}\n`,
);
