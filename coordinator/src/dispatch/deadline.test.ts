import type { LoadedBundle } from '@tessera/proto';
import { describe, expect, it } from 'vitest';
import { callSeconds } from './deadline.js';

const bundle = { secondsPerEvaluation: 0.5 } as LoadedBundle;

describe('callSeconds', () => {
  it('grows with what is asked and with how slow the node is', () => {
    const batch = { denoiser: 16, decoder: 0, encoder: 0 };
    expect(callSeconds(bundle, batch)).toBe(60 + 20 * 0.5 * 16);
    expect(callSeconds({ ...bundle, secondsPerEvaluation: 0.005 }, batch)).toBeCloseTo(61.6);
    expect(callSeconds(bundle, { ...batch, decoder: 1, encoder: 2 })).toBe(60 + 10 * (16 + 60));
  });
});
