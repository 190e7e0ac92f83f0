import { GridConditions, type TileCondition } from '@tessera/coordinator';
import type { LatticeShape } from '@tessera/tiler';
import Type from 'typebox';
import { type Between, vectorBetween } from '../mistakes/between.js';
import { at, floats, type RecordedArray } from '../pack/array.js';
import type { Recorded } from '../pack/recorded.js';
import { conditionsAt, contextsOf, rawCondition, recordedContext } from '../run/conditions.js';
import type { Environment } from '../run/environment.js';
import { once } from '../run/once.js';
import { type CanvasValues, recordedNoise } from '../run/recorded-noise.js';
import { type Rendered, renderRecorded } from '../run/render.js';
import { noSteps, stridedSchedule } from '../run/schedules.js';
import { windowShape } from '../run/window-shape.js';
import { defineCase, type Outputs } from './case.js';

const JointParams = Type.Object({ stride: Type.Integer() });
const Params = Type.Object({
  timesteps: Type.Array(Type.Integer()),
  t0: Type.Integer(),
  stride: Type.Integer(),
  window: Type.Integer(),
  window_stride: Type.Integer(),
  w: Type.Number(),
  mag: Type.Integer(),
  windows: Type.Array(Type.Tuple([Type.Integer(), Type.Integer()])),
});

interface Settings {
  readonly stride: number;
  /** That of the joint sampling, by mistake. */
  readonly jointStride: number;
  /** How vectors between the cells are made; undefined is as the product makes them. */
  readonly between: Between | undefined;
}

/**
 * The re-noised canvas in overlapping windows: `chained` is the coordinator's post-pass, `teacher-forced` one fused step
 * from the recorded canvas before it.
 */
export const postpassCase = defineCase<Settings>({
  settings: (recorded) => ({
    stride: recorded.params(Params).stride,
    between: undefined,
    jointStride: recorded.params(JointParams, 'joint').stride,
  }),
  outputs(recorded, settings, environment): Outputs {
    const { timesteps, windows } = recorded.params(Params);
    const whole = once(() => postPass(recorded, settings, environment));
    const outputs: Record<string, Outputs[string]> = {
      ctx: async () => {
        const at = gridConditions(recorded, settings, environment);
        const conditions = windows.map(([top, left]) => at(left, top));
        return {
          actual: await contextsOf(environment, conditions),
          expected: floats(recorded.array('ctx')),
        };
      },
    };
    for (let k = 0; k < timesteps.length; k++) {
      const expected = floats(at(recorded.array('x'), k));
      outputs[`x[${k}] chained`] = async () => ({ actual: (await whole()).latent(0, k).data, expected });
      if (k === 0) continue;
      outputs[`x[${k}] teacher-forced`] = async () => ({
        actual: (await fusedStep(recorded, settings, environment, k)).latent(0, 0).data,
        expected,
      });
    }
    return outputs;
  },
  mistakes: {
    'joint stride': (settings) => ({ ...settings, stride: settings.jointStride }),
    'nearest vector, no slerp': (settings) => ({ ...settings, between: 'nearest' }),
    'lerp for slerp': (settings) => ({ ...settings, between: 'lerp' }),
  },
});

async function postPass(recorded: Recorded, settings: Settings, environment: Environment): Promise<Rendered> {
  const { timesteps, w } = recorded.params(Params);
  const { scheduler } = environment.manifest;
  return renderRecorded(environment, {
    settings: size(recorded, environment),
    overrides: {
      shape: shape(recorded),
      schedule: noSteps(scheduler),
      postPass: {
        shape: shape(recorded),
        schedule: stridedSchedule(scheduler, timesteps, settings.stride),
        guidanceScale: w + 1,
      },
    },
    noise: recordedNoise(({ stream, step }) =>
      canvasOf(stream === 'init' ? recorded.array('canvas') : at(recorded.array('noise'), step)),
    ),
    conditionsOf: await samplingConditions(recorded, settings, environment),
  });
}

async function fusedStep(
  recorded: Recorded,
  settings: Settings,
  environment: Environment,
  k: number,
): Promise<Rendered> {
  const { timesteps, w } = recorded.params(Params);
  return renderRecorded(environment, {
    settings: { ...size(recorded, environment), sampler: 'zoomldm', window: 'uniform', guidanceScale: w + 1 },
    overrides: {
      shape: shape(recorded),
      schedule: stridedSchedule(environment.manifest.scheduler, [timesteps[k]!], settings.stride),
    },
    noise: recordedNoise(({ stream }) =>
      canvasOf(stream === 'init' ? at(recorded.array('x'), k - 1) : at(recorded.array('noise'), k + 1)),
    ),
    conditionsOf: await samplingConditions(recorded, settings, environment),
  });
}

/** Recorded contexts by window; those of a mistake are made of its vectors. */
async function samplingConditions(recorded: Recorded, settings: Settings, environment: Environment) {
  const { windows } = recorded.params(Params);
  const raw = gridConditions(recorded, settings, environment);
  const made = settings.between
    ? await contextsOf(
        environment,
        windows.map(([top, left]) => raw(left, top)),
      )
    : floats(recorded.array('ctx'));
  const length = made.length / windows.length;
  const conditions = new Map(
    windows.map(([top, left], i) => [
      `${left},${top}`,
      recordedContext(environment, made.slice(i * length, (i + 1) * length)),
    ]),
  );
  return () =>
    conditionsAt((x, y) => {
      const condition = conditions.get(`${x},${y}`);
      if (!condition) throw new Error(`expected a window at ${x},${y}`);
      return condition;
    });
}

/** Conditions by latent position, cut from the recorded vectors. */
function gridConditions(
  recorded: Recorded,
  { between }: Settings,
  { manifest }: Environment,
): (x: number, y: number) => TileCondition {
  const { mag } = recorded.params(Params);
  const [channels, height, width] = recorded.array('vectors').shape as [number, number, number];
  const grid = { channels, height, width, data: floats(recorded.array('vectors')) };
  if (between)
    return (x, y) =>
      rawCondition(mag, vectorBetween(grid, y / manifest.tile.size, x / manifest.tile.size, between));
  const magnification = manifest.magnifications.find(({ index }) => index === mag)!;
  const conditions = new GridConditions(grid, magnification, manifest.tile);
  return (x, y) => conditions.at(x, y);
}

function size(recorded: Recorded, { manifest }: Environment) {
  const { mag } = recorded.params(Params);
  const [height, width] = recorded.array('canvas').shape.slice(-2) as [number, number];
  const { downsample } = manifest.tile;
  const { scale } = manifest.magnifications.find(({ index }) => index === mag)!;
  return { width: width * downsample, height: height * downsample, scale };
}

function shape(recorded: Recorded): LatticeShape {
  const { window, window_stride: stride } = recorded.params(Params);
  return windowShape(window, stride);
}

/** The canvas 1,C,h,w. */
function canvasOf({ shape, data }: RecordedArray): CanvasValues {
  const [channels, height, width] = shape.slice(1) as [number, number, number];
  return { channels, height, width, data: floats({ shape, data }) };
}
