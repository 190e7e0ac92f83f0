import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatProjection,
  isGuided,
  type ProjectionSettings,
  parseProjection,
  projectionMessage,
  REFERENCE_NEWTON,
} from './projection-settings.js';

const settings: fc.Arbitrary<ProjectionSettings> = fc.record({
  input: fc.boolean(),
  backprojection: fc.integer({ min: 0, max: 100 }),
  newton: fc.option(
    fc.integer({ min: 1, max: 100 }).map((iterations) => ({ ...REFERENCE_NEWTON, iterations })),
    { nil: undefined },
  ),
  bundle: fc.boolean(),
});

describe('--projection', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(settings, (some) => {
        expect(parseProjection(formatProjection(some))).toEqual(some);
      }),
    );
  });

  it('takes sums in any order, and counts where they make sense', () => {
    expect(parseProjection('backprojection+input')).toEqual(parseProjection('input+backprojection:1'));
    expect(parseProjection('newton').newton).toEqual({ iterations: 10, step: 0.005, rate: 0.5 });
  });

  it.each([
    '',
    'on',
    'off+input',
    'input:2',
    'bundle:1',
    'newton:0',
    'newton:101',
    'newton:2.5',
    'newton:',
    'newton:2:3',
    'backprojection:x',
    'input+',
    'Input',
  ])('refuses %j', (text) => {
    expect(() => parseProjection(text)).toThrow(
      expect.objectContaining({ code: 'TESSERA_BAD_ARGUMENT', field: '--projection' }),
    );
  });

  it('is guided unless it is off', () => {
    fc.assert(
      fc.property(settings, (some) => {
        expect(isGuided(some)).toBe(formatProjection(some) !== 'off');
      }),
    );
    expect(isGuided(parseProjection('off'))).toBe(false);
  });

  it('goes to a node as it is', () => {
    expect(projectionMessage(parseProjection('input+newton:2'))).toEqual({
      input: true,
      backprojection: 0,
      newton: { iterations: 2, step: 0.005, rate: 0.5 },
      bundle: false,
    });
  });
});
