import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { Service } from '@tessera/cli/testing';

// What it costs the sampling of a picture that ten look at it: one `tessera serve` makes the same picture with and without them,
// in turns. They are a process of their own, but on the same processors, so beside the seconds of sampling stand the processor
// seconds of `tessera serve` alone, which is what is paid where those who look have machines of their own. Prints one JSON object.
//
//   node bench/dist/previews/main.js [--bundle DIR] [--side 1024] [--steps 12] [--threads 1] [--rounds 3]

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: 'models/histology-mini' },
    side: { type: 'string', default: '1024' },
    steps: { type: 'string', default: '12' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
  },
});
const VIEWERS = fileURLToPath(new URL('viewers.js', import.meta.url));
const side = Number(values.side);

interface Run {
  readonly sampling: number;
  readonly processor: number;
  readonly asked: number;
  readonly shown: number;
}

async function picture(base: string, watched: boolean): Promise<Run> {
  const before = await processorSeconds(base);
  const asked = await fetch(`${base}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      width: side,
      height: side,
      seed: '7',
      steps: Number(values.steps),
      format: 'tif',
    }),
  });
  const { id } = (await asked.json()) as { id: string };
  const job = `${base}/v1/jobs/${id}`;
  const looked = watched ? promisify(execFile)(process.execPath, [VIEWERS, job, String(side)]) : undefined;
  await (await fetch(`${job}/events`)).text();
  const counts = looked === undefined ? { asked: 0, shown: 0 } : JSON.parse((await looked).stdout);
  const { report } = (await (await fetch(job)).json()) as { report: { seconds: { sampling: number } } };
  return { sampling: report.seconds.sampling, processor: (await processorSeconds(base)) - before, ...counts };
}

async function processorSeconds(base: string): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return Number(/^process_cpu_seconds_total(?:\{[^}]*\})? (\S+)$/m.exec(text)![1]);
}

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

const folder = await mkdtemp(join(tmpdir(), 'tessera-previews-'));
const service = await Service.start([
  ...['serve', '--http', '127.0.0.1:0', '--state', folder, '--bundle', values.bundle],
  ...['--threads', values.threads, '--batch', '4', '--log-level', 'error'],
]);
const rounds: { alone: Run; watched: Run }[] = [];
try {
  const base = `http://${service.http}`;
  await picture(base, true);
  for (let round = 0; round < Number(values.rounds); round++)
    rounds.push({ alone: await picture(base, false), watched: await picture(base, true) });
} finally {
  await service.end('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(
  `${JSON.stringify({
    figure: `${side}x${side} with ten viewers against without`,
    unit: 's',
    sampling: median(rounds.map(({ alone }) => alone.sampling)),
    samplingWatched: median(rounds.map(({ watched }) => watched.sampling)),
    samplingRatio: median(rounds.map(({ alone, watched }) => watched.sampling / alone.sampling)),
    processor: median(rounds.map(({ alone }) => alone.processor)),
    processorRatio: median(rounds.map(({ alone, watched }) => watched.processor / alone.processor)),
    tilesAsked: median(rounds.map(({ watched }) => watched.asked)),
    tilesShown: median(rounds.map(({ watched }) => watched.shown)),
    mustStayBelow: 1.02,
  })}\n`,
);
