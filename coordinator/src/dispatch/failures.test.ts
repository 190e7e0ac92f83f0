import { type ErrorCode, TesseraError } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { Failures } from './failures.js';

/** How often a task may fail so on one node before that node may not try again. */
function allowed(code: ErrorCode): number {
  const failures = new Failures();
  let count = 0;
  do {
    failures.add('a', 'here', new TesseraError(code, 'why'));
    count++;
  } while (failures.allows('a'));
  return count;
}

describe('Failures', () => {
  it.each<[ErrorCode, number]>([
    ['TESSERA_BAD_ARGUMENT', 1],
    ['TESSERA_BUNDLE_ROLE', 1],
    ['TESSERA_NOT_FINITE', 3],
    ['TESSERA_GRAPH_FAILED', 3],
    ['TESSERA_DEADLINE', 3],
    ['TESSERA_INPUT_MISSING', 30],
    ['TESSERA_NODE_UNAVAILABLE', 50],
  ])('after %s lets a node try up to %d times', (code, count) => {
    expect(allowed(code)).toBe(count);
  });

  it('holds nothing against other nodes', () => {
    const failures = new Failures();
    failures.add('a', 'here', new TesseraError('TESSERA_BAD_ARGUMENT', 'why'));
    expect([failures.allows('a'), failures.allows('b')]).toEqual([false, true]);
  });

  it('tells where and why it failed last', () => {
    const failures = new Failures();
    expect(failures.isEmpty).toBe(true);
    failures.add('a', 'job/0/1/2,3', new TesseraError('TESSERA_NOT_FINITE', 'NaN'));
    expect(failures.failure).toMatchObject({
      code: 'TESSERA_TILE_FAILED',
      message: 'Tile job/0/1/2,3 failed on every node: NaN',
      cause: { code: 'TESSERA_NOT_FINITE' },
    });
  });
});
