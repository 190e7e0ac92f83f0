import type { TileConditions } from '@tessera/coordinator';
import type { Level } from '@tessera/tiler';
import Type from 'typebox';
import { withUnclampedFrame } from '../mistakes/unclamped-frames.js';
import { at, floats } from '../pack/array.js';
import type { Recorded } from '../pack/recorded.js';
import { conditionsAt, contextsOf, rawCondition, recordedContext } from '../run/conditions.js';
import { denoiseTile } from '../run/denoise-tile.js';
import type { Environment } from '../run/environment.js';
import { once } from '../run/once.js';
import { recordedNoise } from '../run/recorded-noise.js';
import { type Rendered, renderRecorded } from '../run/render.js';
import { stridedSchedule } from '../run/schedules.js';
import { joinTiles, splitTiles, type TileOrder } from '../run/tiled-canvas.js';
import { defineCase, type Outputs } from './case.js';

const Side = Type.Object({ mag: Type.Integer(), grid: Type.Integer() });
const Params = Type.Object({
  timesteps: Type.Array(Type.Integer()),
  stride: Type.Integer(),
  K: Type.Integer(),
  h: Type.Number(),
  lam: Type.Number(),
  w: Type.Number(),
  p: Type.Integer(),
  coarse: Side,
  fine: Side,
});

interface Settings {
  readonly guidanceScale: number;
  readonly rate: number;
  readonly projected: boolean;
  readonly order: TileOrder;
  readonly clamped: boolean;
}

/** A coarse tile and the p x p fine tiles below it, sampled together by the coordinator. */
export const jointCase = defineCase<Settings>({
  settings(recorded) {
    const { w, lam } = recorded.params(Params);
    return { guidanceScale: w + 1, rate: lam, projected: true, order: 'row-major', clamped: true };
  },
  outputs(recorded, settings, environment): Outputs {
    const { timesteps, fine, coarse } = recorded.params(Params);
    const whole = once(() => sample(recorded, settings, environment, 0, timesteps.length));
    const outputs: Record<string, Outputs[string]> = {
      coarse_ctx: () => contexts(recorded, 'coarse', coarse.mag, environment),
      fine_ctx: () => contexts(recorded, 'fine', fine.mag, environment),
    };
    for (const [name, level] of [
      ['fine', 0],
      ['coarse', 1],
    ] as const) {
      const tiles = (rendered: Rendered, step: number) =>
        splitTiles(rendered.latent(level, step), environment.manifest.tile.size, settings.order);
      for (let s = 0; s < timesteps.length; s++) {
        const expected = floats(at(recorded.array(`${name}_x`), s + 1));
        const one = once(() => oneStep(recorded, settings, environment, s));
        const chained = async () => ({ actual: tiles(await whole(), s), expected });
        const forced = async () => ({ actual: tiles(await one(), 0), expected });
        outputs[`${name}_x[${s + 1}] chained`] = chained;
        outputs[`${name}_x[${s + 1}] teacher-forced`] = forced;
      }
    }
    return outputs;
  },
  mistakes: {
    'lambda * 0.8': (settings) => ({ ...settings, rate: 0.8 * settings.rate }),
    'no CFG (w=0)': (settings) => ({ ...settings, guidanceScale: 1 }),
    'no projection at all': (settings) => ({ ...settings, projected: false }),
    'guide not clamped': (settings) => ({ ...settings, clamped: false }),
    'tiles column-major': (settings) => ({ ...settings, order: 'column-major' }),
  },
});

async function contexts(recorded: Recorded, name: 'coarse' | 'fine', mag: number, environment: Environment) {
  const grids = recorded.array(`${name}_ssl`);
  const conditions = Array.from({ length: grids.shape[0]! }, (_, i) =>
    rawCondition(mag, floats(at(grids, i))),
  );
  return {
    actual: await contextsOf(environment, conditions),
    expected: floats(recorded.array(`${name}_ctx`)),
  };
}

/** Step `s` from the recorded latents before it. */
async function oneStep(
  recorded: Recorded,
  settings: Settings,
  environment: Environment,
  s: number,
): Promise<Rendered> {
  const run = () => sample(recorded, settings, environment, s, 1);
  if (settings.clamped) return run();
  const { timesteps } = recorded.params(Params);
  const timestep = timesteps[s]!;
  const schedule = stridedSchedule(environment.manifest.scheduler, [timestep], 1);
  const { x0 } = await denoiseTile(environment, {
    x: floats(at(at(recorded.array('coarse_x'), s), 0)),
    timestep,
    alphaCumprod: schedule.alphaCumprod(timestep),
    guidanceScale: settings.guidanceScale,
    context: floats(at(recorded.array('coarse_ctx'), 0)),
  });
  return withUnclampedFrame(environment, x0, run);
}

/** `count` steps from the recorded latents before step `first`. */
async function sample(
  recorded: Recorded,
  { guidanceScale, rate, projected, order }: Settings,
  environment: Environment,
  first: number,
  count: number,
): Promise<Rendered> {
  const { timesteps, stride, K, h, p, fine, coarse } = recorded.params(Params);
  const { scheduler, magnifications, tile } = environment.manifest;
  const nameOf = (magnification: number) => (magnification === fine.mag ? 'fine' : 'coarse');
  const acrossOf = (magnification: number) => (magnification === fine.mag ? p : 1);
  const newton = projected ? { iterations: K, step: h, rate } : undefined;

  const conditionsOf = (level: Level): TileConditions => {
    const { index } = level.magnification;
    const known = recorded.array(`${nameOf(index)}_ctx`);
    const across = acrossOf(index);
    return conditionsAt((x, y) => {
      const [column, row] = [x / tile.size, y / tile.size];
      const i = order === 'row-major' ? row * across + column : column * across + row;
      return recordedContext(environment, floats(at(known, i)));
    });
  };
  return renderRecorded(environment, {
    settings: {
      width: p * tile.pixels,
      height: p * tile.pixels,
      scale: magnifications.find(({ index }) => index === fine.mag)!.scale,
      sampler: 'zoomldm',
      guidanceScale,
      projection: { input: false, backprojection: 0, newton, bundle: false },
    },
    overrides: { schedule: stridedSchedule(scheduler, timesteps.slice(first, first + count), stride) },
    noise: recordedNoise(({ stream, step, magnification }) => {
      if (magnification !== fine.mag && magnification !== coarse.mag)
        throw new Error(`expected levels of magnifications ${fine.mag} and ${coarse.mag}`);
      const array = recorded.array(`${nameOf(magnification)}_${stream === 'init' ? 'x' : 'noise'}`);
      return joinTiles(at(array, first + (stream === 'init' ? 0 : step)), acrossOf(magnification), order);
    }),
    conditionsOf,
  });
}
