import { expect, it } from 'vitest';
import { philox, philoxKeys } from './philox.js';

// kat_vectors of Random123 1.14, the lines of philox4x32 with 10 rounds: counter, key, result.
it.each([
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
])('answers Random123’s known vector for counter %s', (counter, key, expected) => {
  const [c0, c1, c2, c3] = words(counter);
  const [k0, k1] = words(key);
  const block = new Uint32Array(4);
  philox(block, philoxKeys(k0!, k1!), c0!, c1!, c2!, c3!);
  expect(block).toEqual(Uint32Array.from(words(expected)));
});

function words(hex: string): number[] {
  return hex.split(' ').map((word) => Number.parseInt(word, 16));
}
