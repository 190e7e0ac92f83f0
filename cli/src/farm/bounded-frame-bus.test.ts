import { describe, expect, it } from 'vitest';
import { BoundedFrameBus } from './bounded-frame-bus.js';

describe('the bus of a node by itself', () => {
  it('forgets what was not asked for the longest', async () => {
    const bus = new BoundedFrameBus(20);
    await bus.publish('a', new Uint8Array(10));
    await bus.publish('b', new Uint8Array(10));
    await bus.fetch('a');
    await bus.publish('c', new Uint8Array(10));
    const held = await Promise.all(['a', 'b', 'c'].map((subject) => bus.fetch(subject)));
    expect(held.map((frame) => frame?.byteLength)).toEqual([10, undefined, 10]);
  });
});
