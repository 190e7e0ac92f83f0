import { type DenoiseTile, frameSubject, type Guide } from '@tessera/proto';
import { tileOrigin } from '@tessera/tiler';
import type { NodeHandle } from '../dispatch/node-handle.js';
import type { JobPlan } from '../job/plan.js';
import { bytesOf } from './float-bytes.js';
import type { TileGuide } from './pass-run.js';
import type { DenoiseTask } from './task-queue.js';

/** What all requests of a job have in common. */
export interface RequestContext {
  readonly job: string;
  readonly downsample: number;
  readonly window: string;
}

/** A denoise request for one tile-step; `id` is its place in the batch, `x` a buffer that its latent is gathered into. */
export function denoiseTile(
  task: DenoiseTask,
  id: number,
  x: Float32Array,
  node: NodeHandle,
  context: RequestContext,
): DenoiseTile {
  const { pass, step, tile } = task;
  const { planned, canvas } = pass;
  const lattice = pass.latticeAt(step);
  const origin = tileOrigin(lattice, tile);
  const timestep = planned.schedule.timesteps[step]!;
  const condition = pass.conditionOf(step, tile);
  const sendGrid = !node.contexts.has(condition.id);
  node.contexts.add(condition.id);
  const guide = pass.guideOf(step, tile);
  return {
    id,
    position: positionOf(task, context.job),
    timestep,
    alphaCumprod: planned.schedule.alphaCumprod(timestep),
    guidanceScale: planned.guidanceScaleAt(step),
    x: bytesOf(canvas.gather(origin.x, origin.y, lattice.columns.window, x)),
    conditioning: {
      digest: condition.digest,
      magnification: condition.magnification,
      grid: sendGrid ? bytesOf(condition.grid()) : new Uint8Array(),
    },
    guide: guide && guideMessage(guide, context),
    lone: lattice.count === 1,
  };
}

/** What errors and logs call a tile-step: job/level/step/column,row. */
export function positionOf({ pass, step, tile }: DenoiseTask, job: string): string {
  const across = pass.latticeAt(step).columns.starts.length;
  return `${job}/${pass.level.index}/${step}/${tile % across},${Math.floor(tile / across)}`;
}

/** A guide as a node takes it. */
export function guideMessage(guide: TileGuide, { job, downsample, window }: RequestContext): Guide {
  const { level } = guide.source;
  const { columns, rows } = level.lattice;
  const across = columns.starts.length;
  return {
    ratio: guide.ratio,
    blur: guide.blur,
    x: guide.crop.x,
    y: guide.crop.y,
    width: columns.length * downsample,
    height: rows.length * downsample,
    frames: guide.frames.map((frame) => ({
      subject: frameSubject({ job, level: level.index, step: guide.step, frame }),
      x: columns.starts[frame % across]! * downsample,
      y: rows.starts[Math.floor(frame / across)]! * downsample,
    })),
    window,
  };
}

/** What the requests of a job have in common. */
export function requestContext(job: string, { manifest, settings }: JobPlan): RequestContext {
  return { job, downsample: manifest.tile.downsample, window: settings.window };
}
