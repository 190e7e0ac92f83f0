import { beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, openBundle } from '../bundle/open-bundle.js';
import { TINY_BUNDLE } from '../testing/tiny-bundle.js';
import { Sessions } from '../worker/sessions.js';
import { countFlops } from './flops.js';
import { cheapestRows, measureRows } from './measure-rows.js';
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

  it.each<[string, [number, number, number | undefined][], number]>([
    [
      'the larger of equals',
      [
        [1, 10, 20],
        [4, 10.2, 20],
        [16, 10.3, 20],
      ],
      16,
    ],
    [
      'the faster',
      [
        [1, 10, 20],
        [4, 8, 20],
        [16, 11, 24],
      ],
      4,
    ],
    [
      'what a busy machine held up, not what is slow by itself',
      [
        [1, 10, 20],
        [2, 10, 20],
        [8, 19, 20],
        [16, 22, 30],
      ],
      8,
    ],
    [
      'what keeps threads busy',
      [
        [1, 14, 19],
        [4, 10, 20],
        [16, 10, 20],
      ],
      16,
    ],
    [
      'by the clock alone what a processor does not do',
      [
        [1, 10, undefined],
        [4, 8, undefined],
        [16, 9, undefined],
      ],
      4,
    ],
  ])('takes %s', (_, rows, expected) => {
    const measured = rows.map(([rows, seconds, processorSeconds]) => ({ rows, seconds, processorSeconds }));
    expect(cheapestRows(measured).rows).toBe(expected);
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
