import { LatentHash, NOISE_VERSION } from '@tessera/tiler';
import { Breather } from '../run/breather.js';
import type { JobRun } from '../run/job-run.js';
import type { PassRun } from '../run/pass-run.js';
import { totalFlops } from './cost.js';
import { describeSettings } from './describe-settings.js';

/** Wall-clock seconds of a run's parts; they overlap, so their sum may pass `total`. */
export interface ReportSeconds {
  readonly total: number;
  /** Drawing or embedding the grid. */
  readonly layout: number;
  /** From the first tile handed out to the last tile-step applied. */
  readonly sampling: number;
  /** From then to the last window decoded. */
  readonly decode: number;
  readonly encode: number;
  /** Closing the file: what was not written along the way. */
  readonly write: number;
}

/** What `--report` writes (design.md). */
export interface RenderReport {
  readonly seed: string;
  readonly canvas: { readonly width: number; readonly height: number };
  readonly levels: readonly {
    readonly scale: number;
    readonly width: number;
    readonly height: number;
    readonly tiles: number;
    readonly steps: number;
  }[];
  readonly settings: Record<string, unknown>;
  readonly software: { readonly name: 'tessera'; readonly version: string };
  readonly bundle: { readonly name: string; readonly digest: string };
  /** Class of numerics: nodes of one class give the same bytes. */
  readonly numerics: string;
  readonly noise: number;
  readonly latentSha256: string;
  /** Absent where no picture was written. */
  readonly imageSha256: string | undefined;
  readonly tileSteps: number;
  readonly evaluations: { readonly denoiser: number; readonly decoder: number; readonly encoder: number };
  /** Multiply-adds counted as two, all graphs; absent where a node does not know them. */
  readonly flops: number | undefined;
  readonly seconds: ReportSeconds;
  readonly nodes: readonly {
    readonly name: string;
    readonly tileSteps: number;
    readonly busySeconds: number;
    readonly batches: number;
    readonly meanBatch: number;
  }[];
  readonly busyFraction: number;
  readonly peakRssBytes: number;
}

/** What the run itself cannot know. */
export interface ReportFacts {
  readonly version: string;
  readonly numerics: string;
  /** Of one evaluation, by role, as the nodes report them. */
  readonly flops: Readonly<Record<string, number>>;
  readonly seconds: ReportSeconds;
  /** Device-busy seconds of all nodes up to the end of sampling. */
  readonly busyWhileSampling: number;
}

/** The report of a finished run. */
export async function makeReport(run: JobRun, facts: ReportFacts): Promise<RenderReport> {
  const { plan, account } = run;
  const { seconds, flops } = facts;
  const { evaluations } = account;
  return {
    seed: String(plan.settings.seed),
    canvas: { width: plan.settings.width, height: plan.settings.height },
    levels: plan.passes.map(({ level, plan: { steps } }) => ({
      scale: level.magnification.scale,
      width: level.width,
      height: level.height,
      tiles: level.lattice.count,
      steps,
    })),
    settings: describeSettings(plan.settings, plan.manifest),
    software: { name: 'tessera', version: facts.version },
    bundle: { name: plan.manifest.name, digest: run.bundle },
    numerics: facts.numerics,
    noise: NOISE_VERSION,
    latentSha256: await latentSha256(run),
    imageSha256: run.pixels?.hash.digest(),
    tileSteps: run.tileSteps,
    evaluations,
    flops: 'denoiser' in flops ? totalFlops(evaluations, flops) : undefined,
    seconds,
    nodes: [...account.nodes].map(([name, { tileSteps, busySeconds, batches, batchTiles }]) => ({
      name,
      tileSteps,
      busySeconds,
      batches,
      meanBatch: batches === 0 ? 0 : batchTiles / batches,
    })),
    busyFraction:
      seconds.sampling === 0 ? 0 : facts.busyWhileSampling / (account.nodes.size * seconds.sampling),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** Hash of the finest level's last latent, cropped to the canvas (design.md, "Hashes"). */
async function latentSha256(run: JobRun): Promise<string> {
  const { canvas } = run.passes.at(-1) as PassRun;
  const { downsample } = run.plan.manifest.tile;
  const width = Math.ceil(run.plan.settings.width / downsample);
  const height = Math.ceil(run.plan.settings.height / downsample);
  const hash = new LatentHash(canvas.channels, height, width);
  const row = new Float32Array(canvas.columns * canvas.cell);
  const breather = new Breather();
  for (let channel = 0; channel < canvas.channels; channel++) {
    for (let y = 0; y < height; y++) {
      hash.row(canvas.row(channel, y, row));
      await breather.after(row.length);
    }
  }
  return hash.digest();
}
