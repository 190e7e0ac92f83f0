import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameMessages, joinFrame, MAX_FRAME_BYTES, parseFrameHeader } from './frame-message.js';

const bad = expect.objectContaining({ code: 'TESSERA_BAD_MESSAGE' });

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('frame messages', () => {
  it('give back the frame that was cut, whatever its length and the limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 310 }), (frame, most) => {
        const messages = frameMessages(frame, most);
        expect(messages.at(-1)!.part).toBe(1);
        for (const { payload } of messages) expect(payload.byteLength).toBeLessThanOrEqual(most);
        const payloads = messages.reverse().map(({ payload }) => payload);
        expect(joinFrame(parseFrameHeader(messages[0]!.header), payloads)).toEqual(frame);
      }),
    );
  });

  it('notice any changed byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (frame, at, change) => {
          const { header } = frameMessages(frame, 300)[0]!;
          const damaged = Uint8Array.from(frame);
          damaged[at % frame.length]! ^= change;
          expect(thrown(() => joinFrame(parseFrameHeader(header), [damaged]))).toEqual(bad);
        },
      ),
    );
  });

  it('refuse headers that are not theirs with a code', () => {
    const numbers = fc.array(fc.oneof(fc.integer(), fc.bigInt(), fc.string()), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          numbers.map((n) => n.join(' ')),
        ),
        (text) => {
          const error = thrown(() => parseFrameHeader(text));
          expect(error === undefined || bad.asymmetricMatch(error)).toBe(true);
        },
      ),
    );
  });

  it.each(['', '1 1 1 0 1', '1 1 1 2 1', '1 999999999 1 1 1', '2 1 1 1 1', '1 1 1 1 9999'])(
    'refuse the header %j',
    (text) => {
      expect(thrown(() => parseFrameHeader(text))).toEqual(bad);
    },
  );

  it('refuse a frame larger than a gRPC message', () => {
    expect(thrown(() => frameMessages(new Uint8Array(MAX_FRAME_BYTES + 1), 1e6))).toMatchObject({
      code: 'TESSERA_BAD_ARGUMENT',
    });
  });
});
