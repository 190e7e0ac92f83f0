import { estimateClean, makeSampler, makeSchedule, type Schedule } from '@tessera/tiler';
import Type from 'typebox';
import { at, floats } from '../pack/array.js';
import type { Recorded } from '../pack/recorded.js';
import { defineCase, type Outputs } from './case.js';

const Params = Type.Object({
  t: Type.Array(Type.Integer()),
  stride: Type.Integer(),
  abar: Type.Optional(Type.Record(Type.String(), Type.Number())),
  beta: Type.Optional(Type.Record(Type.String(), Type.Number())),
});

interface Settings {
  readonly stride: number;
  /** Added to t where abar is looked up. */
  readonly offset: number;
}

/** The reference's step from recorded x, eps and noise, at each t by itself. */
export const scheduleCase = defineCase<Settings>({
  settings: (recorded) => ({ stride: recorded.params(Params).stride, offset: 0 }),
  outputs(recorded, settings, { manifest }): Outputs {
    const { t, abar = {}, beta = {} } = recorded.params(Params);
    const schedules = t.map((timestep) =>
      shifted(
        makeSchedule(manifest.scheduler, {
          timesteps: [timestep],
          end: Math.max(timestep - settings.stride, 0),
        }),
        settings.offset,
      ),
    );
    const x0 = schedules.map((schedule, i) => estimate(recorded, schedule, i));
    const table = (values: Record<string, number>, of: (timestep: number) => number) => ({
      actual: Object.keys(values).map((timestep) => of(Number(timestep))),
      expected: Object.values(values),
      relative: true,
    });
    return {
      x0: () => ({ actual: x0.flatMap((tile) => [...tile]), expected: floats(recorded.array('x0')) }),
      x_prev: () => ({
        actual: schedules.flatMap((schedule, i) => step(recorded, schedule, x0[i]!, i)),
        expected: floats(recorded.array('x_prev')),
      }),
      ...(Object.keys(abar).length > 0 && {
        'abar (relative)': () => table(abar, (timestep) => schedules[0]!.alphaCumprod(timestep)),
      }),
      ...(Object.keys(beta).length > 0 && {
        'beta (relative)': () => table(beta, (timestep) => schedules[0]!.beta(timestep)),
      }),
    };
  },
  mistakes: {
    'stride + 1': (settings) => ({ ...settings, stride: settings.stride + 1 }),
    'abar[t] for abar[t-1]': (settings) => ({ ...settings, offset: 1 }),
  },
});

function shifted(schedule: Schedule, offset: number): Schedule {
  if (offset === 0) return schedule;
  return { ...schedule, alphaCumprod: (timestep) => schedule.alphaCumprod(timestep + offset) };
}

function estimate(recorded: Recorded, schedule: Schedule, i: number): Float32Array {
  const x = floats(at(recorded.array('x'), i));
  const eps = floats(at(recorded.array('eps'), i));
  return estimateClean('epsilon', schedule.alphaCumprod(schedule.timesteps[0]!), x, eps);
}

function step(recorded: Recorded, schedule: Schedule, x0: Float32Array, i: number): number[] {
  const by = makeSampler('zoomldm', { eta: 1 }).coefficients(schedule, 0);
  const x = floats(at(recorded.array('x'), i));
  const noise = floats(at(recorded.array('noise'), i));
  return Array.from(x, (value, k) => by.x * value + by.x0 * x0[k]! + by.noise * noise[k]!);
}
