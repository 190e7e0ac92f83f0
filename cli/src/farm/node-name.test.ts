import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { nodeName, reachable } from './node-name.js';

describe('what a node calls itself', () => {
  it.each(['127.0.0.1:50061', '0.0.0.0:0', '[::]:1'])('fits the registry for %s', (listen) => {
    expect(nodeName(listen)).toMatch(/^[A-Za-z0-9_-]{1,63}$/);
  });

  it.each([
    ['127.0.0.1:5', '127.0.0.1:5'],
    ['0.0.0.0:5', `${hostname()}:5`],
    ['[::]:5', `${hostname()}:5`],
  ])('is reached by others that listens on %s at %s', (address, expected) => {
    expect(reachable(address)).toBe(expected);
  });
});
