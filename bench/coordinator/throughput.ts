import { NodeConnection } from '@tessera/coordinator';
import type { DenoiseRequest } from '@tessera/proto';
import { ECHO_BATCH, ECHO_DIGEST } from './echo-manifest.js';
import { runEchoJob } from './run-echo-job.js';
import { startEcho } from './start-echo.js';

// Tile-steps a second of the whole coordinator against a bare loop that sends the same messages to the same echoing
// node, in turns. Prints one JSON object.

const ROUNDS = 5;
const SIDE = 4096;
const STEPS = 12;
const LATENT_BYTES = 3 * 64 * 64 * 4;

/** What the coordinator sends, prepared once: the loop does nothing but gRPC. */
function request(): DenoiseRequest {
  const x = new Uint8Array(LATENT_BYTES).fill(63);
  const tile = {
    position: 'echo/0/00/00,00',
    timestep: 500,
    alphaCumprod: 0.1,
    guidanceScale: 1,
    x,
    conditioning: { digest: new Uint8Array(32), magnification: 0, grid: new Uint8Array() },
  };
  return {
    bundle: ECHO_DIGEST,
    projection: { input: false, backprojection: 0, newton: undefined, bundle: false },
    tiles: Array.from({ length: ECHO_BATCH }, (_, id) => ({ ...tile, id, guide: undefined })),
  };
}

/** Tile-steps a second of `calls` calls, two in flight. */
async function bareEcho(address: string, calls: number): Promise<number> {
  const connection = new NodeConnection(address);
  const message = request();
  let left = calls;
  const lane = async () => {
    while (left-- > 0) await connection.denoise(message, { seconds: 60 });
  };
  const started = performance.now();
  await Promise.all([lane(), lane()]);
  const seconds = (performance.now() - started) / 1000;
  connection.close();
  return (calls * ECHO_BATCH) / seconds;
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const echo = await startEcho();
const rounds: { coordinator: number; bare: number }[] = [];
for (let round = 0; round <= ROUNDS; round++) {
  const report = await runEchoJob(echo.address, SIDE, STEPS);
  const coordinator = report.tileSteps / report.seconds.sampling;
  const bare = await bareEcho(echo.address, Math.ceil(report.tileSteps / ECHO_BATCH));
  // The first round warms both up.
  if (round > 0) rounds.push({ coordinator, bare });
}
echo.stop();
process.stdout.write(
  `${JSON.stringify({
    figure: 'coordinator against bare echo',
    unit: 'tile-steps/s',
    coordinator: median(rounds.map((round) => round.coordinator)),
    bare: median(rounds.map((round) => round.bare)),
    ratio: median(rounds.map((round) => round.coordinator / round.bare)),
    mustReach: 0.7,
  })}\n`,
);
