import { beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, openBundle } from '../bundle/open-bundle.js';
import { TINY_BUNDLE } from '../testing/tiny-bundle.js';
import { Sessions } from '../worker/sessions.js';
import { countFlops } from './flops.js';
import { measureRows } from './measure-rows.js';
import { probeNumerics } from './numerics.js';
import { warmUp } from './warm-up.js';

let bundle: Bundle;

beforeAll(async () => {
  bundle = await openBundle(TINY_BUNDLE);
});

function sessions(threads = 1): Sessions {
  return new Sessions(bundle, { device: 'cpu', threads });
}

describe('the measurement at load', () => {
  it('finds the same numerics again, with any number of threads', async () => {
    const first = await probeNumerics(sessions());
    expect(await probeNumerics(sessions())).toEqual(first);
    expect(await probeNumerics(sessions(2))).toEqual(first);
  });

  it('knows the fewest rows from which on the size of a run does not matter', async () => {
    const { least } = await probeNumerics(sessions());
    expect(Object.keys(least)).toEqual(['denoiser', 'decoder', 'summarizer']);
    for (const rows of Object.values(least)) expect([1, 2, Number.POSITIVE_INFINITY]).toContain(rows);
  });

  it('measures the given batch', async () => {
    const { rows, secondsPerEvaluation } = await measureRows(sessions(), 1, 3);
    expect(rows).toBe(3);
    expect(secondsPerEvaluation).toBeGreaterThan(0);
  });

  it('picks one of the candidates that are not too small', async () => {
    expect([2, 4, 8, 16]).toContain((await measureRows(sessions(), 2, undefined)).rows);
  });

  it('counts the operations of convolutions and products by hand', async () => {
    const flops = await countFlops(bundle);
    const conv = (outputs: number, inputs: number, kernel: number) => 2 * 64 * outputs * inputs * kernel;
    const vector = 2 * (16 + 16 + 16 * 16);
    expect(flops.denoiser).toBe(
      conv(16, 4, 9) + conv(16, 12, 1) + conv(16, 16, 1) + conv(16, 16, 9) + conv(4, 16, 9) + vector,
    );
    expect(flops.decoder).toBe(conv(192, 4, 1));
    expect(flops.summarizer).toBe(2 * 16 * 8 * 16);
  });

  it('warms up with the same bits every time', async () => {
    expect(await warmUp(sessions())).toBe(await warmUp(sessions()));
  });
});
