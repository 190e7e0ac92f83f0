import { makeSchedule } from '@tessera/tiler';
import Type from 'typebox';
import { at, floats, type RecordedArray } from '../pack/array.js';
import type { Recorded } from '../pack/recorded.js';
import { denoiseTile } from '../run/denoise-tile.js';
import type { Environment } from '../run/environment.js';
import { once } from '../run/once.js';
import { defineCase, type Outputs } from './case.js';

const Params = Type.Object({
  t: Type.Integer(),
  K: Type.Integer({ minimum: 1 }),
  h: Type.Number(),
  lam: Type.Number(),
  w: Type.Number(),
  p: Type.Integer({ minimum: 1 }),
});

interface Settings {
  readonly step: number;
  readonly rate: number;
  readonly guidanceScale: number;
  /** Added to t where abar is looked up. */
  readonly offset: number;
}

/** The Newton projection of one tile on the node: `teacher-forced` one iteration from each recorded x, `chained` all. */
export const projectionCase = defineCase<Settings>({
  settings(recorded) {
    const { h, lam, w } = recorded.params(Params);
    return { step: h, rate: lam, guidanceScale: w + 1, offset: 0 };
  },
  outputs(recorded, settings, environment): Outputs {
    const { K } = recorded.params(Params);
    const outputs: Record<string, Outputs[string]> = {};
    for (let k = 1; k <= K; k++) {
      outputs[`x[${k}] teacher-forced`] = async () => ({
        actual: (await iterate(recorded, settings, environment, track(recorded, k - 1), 1)).x,
        expected: track(recorded, k),
      });
    }
    const whole = once(() => iterate(recorded, settings, environment, track(recorded, 0), K));
    outputs['x chained'] = async () => ({ actual: (await whole()).x, expected: track(recorded, K) });
    outputs['x0 chained'] = async () => ({
      actual: (await whole()).x0,
      expected: floats(recorded.array('x0')),
    });
    return outputs;
  },
  mistakes: {
    'lambda * 0.8': (settings) => ({ ...settings, rate: 0.8 * settings.rate }),
    'h * 2': (settings) => ({ ...settings, step: 2 * settings.step }),
    'no CFG (w=0)': (settings) => ({ ...settings, guidanceScale: 1 }),
    'w + 1': (settings) => ({ ...settings, guidanceScale: settings.guidanceScale + 1 }),
    't + 1 in abar': (settings) => ({ ...settings, offset: 1 }),
  },
});

function track(recorded: Recorded, k: number): Float32Array {
  return floats(at(recorded.array('x'), k));
}

async function iterate(
  recorded: Recorded,
  { step, rate, guidanceScale, offset }: Settings,
  environment: Environment,
  x: Float32Array,
  iterations: number,
): Promise<{ x: Float32Array; x0: Float32Array }> {
  const { t, p } = recorded.params(Params);
  const schedule = makeSchedule(environment.manifest.scheduler, { timesteps: [t], end: 0 });
  return denoiseTile(environment, {
    x,
    timestep: t,
    alphaCumprod: schedule.alphaCumprod(t + offset),
    guidanceScale,
    context: floats(recorded.array('ctx')),
    guided: { guide: first(recorded.array('guide')), ratio: p, newton: { iterations, step, rate } },
  });
}

/** The only entry of 1,3,n,n. */
function first(guides: RecordedArray): Float32Array {
  return floats(at(guides, 0));
}
