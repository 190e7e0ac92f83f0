import { describe, expect, it } from 'vitest';
import { isLoopback } from './loopback.js';

describe('an address', () => {
  it.each(['127.0.0.1:1', '127.8.8.8:1', 'localhost:1', '[::1]:1', '127.0.0.1', 'localhost', '[::1]'])(
    'is of this machine alone: %s',
    (address) => {
      expect(isLoopback(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0:1',
    '[::]:1',
    '10.0.0.1:1',
    'hub:1',
    '127.0.0.1.example:1',
    'localhost.example:1',
    '127.example',
    ':1',
    '',
  ])('may be reached by others: %s', (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});
