import { expect, it } from 'vitest';
import { pictureKey, sealState, unsealState } from './state.js';
import { makeInfo } from './testing/picture.js';

const content = {
  taken: Uint8Array.of(1, 2),
  offsets: Float64Array.from([2 ** 40]),
  pending: [new Map([[3, [-1, 2]]])],
};

it('gives back typed arrays and maps', () => {
  expect(unsealState('key', sealState('key', content))).toEqual(content);
});

it('gives a copy', () => {
  const sealed = sealState('key', content);
  (unsealState('key', sealed) as typeof content).taken[0] = 0;
  expect(unsealState('key', sealed)).toEqual(content);
});

it.each([0, 40, 60])('refuses a state with byte %i changed', (at) => {
  const sealed = sealState('key', content);
  sealed[at]! ^= 1;
  expect(() => unsealState('key', sealed)).toThrow(expect.objectContaining({ code: 'TESSERA_BAD_STATE' }));
});

it.each([0, 31, 32, 50])('refuses a state cut to %i bytes', (length) => {
  const cut = sealState('key', content).subarray(0, length);
  expect(() => unsealState('key', cut)).toThrow(expect.objectContaining({ code: 'TESSERA_BAD_STATE' }));
});

it('refuses the state of another picture', () => {
  const one = pictureKey('tif', makeInfo(300, 200));
  const other = pictureKey('tif', makeInfo(300, 201));
  expect(() => unsealState(other, sealState(one, content))).toThrow(
    expect.objectContaining({ code: 'TESSERA_STATE_MISMATCH' }),
  );
});
