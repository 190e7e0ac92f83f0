import { randomUUID } from 'node:crypto';
import {
  defaultSettings,
  type LatentCanvas,
  type PlanOverrides,
  planJob,
  type RenderSettings,
  renderJob,
  type TileConditions,
} from '@tessera/coordinator';
import type { Level, NoiseSource } from '@tessera/tiler';
import type { Environment } from './environment.js';
import { MemoryPicture } from './memory-picture.js';
import type { CanvasValues } from './recorded-noise.js';

/** A job with recorded noise and conditions. */
export interface RecordedJob {
  /** Where they depart from plain sampling of one level; `width` and `height` are px of the finest level. */
  readonly settings: Partial<RenderSettings> & Pick<RenderSettings, 'width' | 'height'>;
  readonly overrides: PlanOverrides;
  readonly noise: NoiseSource;
  conditionsOf(level: Level): TileConditions;
  /** Whether the picture is decoded. */
  readonly decode?: boolean;
}

/** What came of a job. */
export interface Rendered {
  /** The whole latent of a level (0 is the finest) after a step. */
  latent(level: number, step: number): CanvasValues;
  /** RGB interleaved, if decoded. */
  readonly rgb: Uint8Array;
}

/** One level by itself, nothing drawn from the bundle's defaults. */
const PLAIN = {
  seed: 0n,
  steps: 1,
  guidanceScale: 1,
  guidanceInterval: [0, 1],
  projection: { input: false, backprojection: 0, newton: undefined, bundle: false },
  lead: 0,
  guideBlur: 0,
  overlap: 0,
  fusion: 'overlap',
  postPass: false,
  decode: 'blend',
  frameType: 'float32',
} as const satisfies Partial<RenderSettings>;

/** Runs a job through the coordinator and the environment's node. */
export async function renderRecorded(environment: Environment, job: RecordedJob): Promise<Rendered> {
  const { manifest, digest, node, bus } = environment;
  const settings = { ...defaultSettings(manifest), ...PLAIN, ...job.settings };
  const plan = planJob(settings, manifest, job.overrides);
  const seen = new Map<string, CanvasValues>();
  const picture = new MemoryPicture(settings.width, settings.height);
  await renderJob(
    {
      id: randomUUID(),
      plan,
      bundle: digest,
      grid: { channels: manifest.conditioning.embedding, width: 0, height: 0, data: new Float32Array() },
      openOutput: job.decode ? async () => picture : undefined,
      state: undefined,
    },
    {
      nodes: [node.address],
      bus,
      version: 'parity',
      recorded: {
        noise: job.noise,
        conditionsOf: job.conditionsOf,
        onCell(level, column, row, step, canvas) {
          const key = `${level}/${step}`;
          if (!seen.has(key)) seen.set(key, emptyLike(canvas));
          copyCell(canvas, column, row, seen.get(key)!);
        },
      },
    },
  );
  return {
    rgb: picture.rgb,
    latent(level, step) {
      const canvas = seen.get(`${level}/${step}`);
      if (!canvas) throw new Error(`expected level ${level} to take step ${step}`);
      return canvas;
    },
  };
}

function emptyLike({ columns, rows, cell, channels }: LatentCanvas): CanvasValues {
  const width = columns * cell;
  const height = rows * cell;
  return { channels, width, height, data: new Float32Array(channels * width * height) };
}

function copyCell(canvas: LatentCanvas, column: number, row: number, to: CanvasValues): void {
  const { cell } = canvas;
  const values = canvas.at(column, row);
  for (let line = 0; line < to.channels * cell; line++) {
    const channel = Math.floor(line / cell);
    const y = row * cell + (line % cell);
    const from = line * cell;
    to.data.set(values.subarray(from, from + cell), (channel * to.height + y) * to.width + column * cell);
  }
}
