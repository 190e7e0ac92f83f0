import { TesseraError } from '@tessera/tiler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choice, decimal, integer, parseInterval, parseLead, parseSeed, parseSize } from './arguments.js';

describe('options of the command line', () => {
  it('takes any size of whole px', () => {
    const side = fc.integer({ min: 1, max: 999_999_999 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        expect(parseSize(`${width}x${height}`)).toEqual({ width, height });
      }),
    );
  });

  it('takes every 64-bit seed', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (seed) => {
        expect(parseSeed(String(seed))).toBe(seed);
      }),
    );
  });

  it('takes intervals, leads, numbers and names', () => {
    expect(parseInterval('0..0.8')).toEqual([0, 0.8]);
    expect(parseInterval('.25...75')).toEqual([0.25, 0.75]);
    expect(parseLead('all')).toBe('all');
    expect(parseLead('3')).toBe(3);
    expect(integer('--batch', 1, 1024)('12')).toBe(12);
    expect(decimal('--overlap')('2.5e-1')).toBe(0.25);
    expect(choice('--window', ['cosine', 'uniform'])('uniform')).toBe('uniform');
  });

  it.each<[string, (text: string) => unknown, string[]]>([
    [
      '--size',
      parseSize,
      ['0x0', '0x512', '-5x5', '512', 'x', 'axb', '1e3x1e3', '5.5x5', '9999999999x1', 'NaNxNaN', ''],
    ],
    ['--seed', parseSeed, ['-1', '1.5', 'seven', '18446744073709551616', '0x10', '']],
    ['--guidance-interval', parseInterval, ['0', 'a..b', '0..0.5..1', '..', '0..', '']],
    ['--lead', parseLead, ['some', '1.5', 'All', '']],
    [
      '--batch',
      integer('--batch', 1, 1024),
      ['0', '-3', '1025', '2.5', 'NaN', 'Infinity', '0x10', '1e2', ''],
    ],
    ['--overlap', decimal('--overlap'), ['NaN', 'Infinity', '1e999', 'half', '0,5', '']],
    ['--window', choice('--window', ['cosine', 'gaussian']), ['Cosine', 'hann', '']],
  ])('refuses bad values of %s by name', (option, parse, bad) => {
    for (const text of bad) {
      const refusal = catching(() => parse(text));
      expect(refusal.code).toBe('TESSERA_BAD_ARGUMENT');
      expect(refusal.exitCode).toBe(2);
      expect(refusal.message).toMatch(/^Expected .+ for --.+ but got '.*'$/);
      expect(refusal.field).toBe(option);
    }
  });
});

function catching(action: () => unknown): TesseraError {
  try {
    action();
  } catch (error) {
    if (error instanceof TesseraError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
