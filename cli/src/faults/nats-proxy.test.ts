import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClientMessages } from './nats-proxy.js';

it("cuts a client's bytes into messages wherever packets end", () => {
  const messages = [
    'PING\r\n',
    'PUB a.b 5\r\nhe\r\no\r\n',
    'HPUB c inbox 3 7\r\nH\r\nabcd\r\n',
    'SUB x 1\r\n',
  ];
  const bytes = Buffer.from(messages.join(''));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length })), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const split = new ClientMessages();
      const found = edges.slice(1).flatMap((edge, i) => [...split.push(bytes.subarray(edges[i], edge))]);
      expect(found.map((message) => message.bytes.toString())).toEqual(messages);
      expect(found.map(({ subject }) => subject)).toEqual([undefined, 'a.b', 'c', undefined]);
    }),
  );
});
