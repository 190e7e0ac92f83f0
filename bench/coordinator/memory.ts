import { runEchoJob } from './run-echo-job.js';
import { startEcho } from './start-echo.js';

// Peak memory of the coordinator over a gigapixel canvas (32,768 x 32,768, two steps) against the bytes of its latents.
// Prints one JSON object.

const SIDE = 32_768;
const MEBIBYTE = 1024 * 1024;
const latentBytes = 3 * (SIDE / 4) ** 2 * 4;

const echo = await startEcho();
const report = await runEchoJob(echo.address, SIDE, 2);
echo.stop();
const limit = 3 * latentBytes + 256 * MEBIBYTE;
process.stdout.write(
  `${JSON.stringify({
    figure: 'coordinator memory at 32768 x 32768, two steps',
    unit: 'MiB',
    latents: latentBytes / MEBIBYTE,
    peak: report.peakRssBytes / MEBIBYTE,
    limit: limit / MEBIBYTE,
    ratio: report.peakRssBytes / limit,
    mustReach: 1,
    tileSteps: report.tileSteps,
    seconds: report.seconds.sampling,
  })}\n`,
);
