import { crc32 } from 'node:zlib';
import { TesseraError } from '@tessera/tiler';

/**
 * One message of a frame. A frame that fits the server's payload limit is one message under the frame's subject. A
 * larger one is cut: parts 2.. go to `<subject>.2`, `<subject>.3` ... first, and part 1, under the subject itself, last: so
 * what is found under the subject is always a whole frame.
 */
export interface FrameMessage {
  /** Number of the part, from 1. */
  readonly part: number;
  readonly header: string;
  readonly payload: Uint8Array;
}

/** What the header of each part says of the frame it belongs to. */
export interface FrameHeader {
  /** Bytes of the whole frame. */
  readonly length: number;
  /** CRC-32 of the whole frame. Parts of one length and checksum belong together: the same frame gives the same parts. */
  readonly checksum: number;
  readonly part: number;
  readonly parts: number;
}

/** Name of the header in a message. */
export const FRAME_HEADER = 'Tessera-Frame';
/** Largest frame that is taken, bytes: what one gRPC message may hold. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;
/** Parts a frame may be cut into at most. */
const MAX_PARTS = 1024;

/** Subject of a part. */
export function partSubject(subject: string, part: number): string {
  return part === 1 ? subject : `${subject}.${part}`;
}

/** Cuts a frame into messages of at most `most` bytes, in the order in which they are to be sent: part 1 last. */
export function frameMessages(frame: Uint8Array, most: number): FrameMessage[] {
  const parts = Math.max(1, Math.ceil(frame.byteLength / most));
  if (frame.byteLength > MAX_FRAME_BYTES || parts > MAX_PARTS)
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      'guide frame',
      `at most ${MAX_FRAME_BYTES} bytes in ${MAX_PARTS} parts of ${most} bytes`,
      `${frame.byteLength} bytes`,
    );
  const checksum = crc32(frame);
  const messages = Array.from({ length: parts }, (_, i) => ({
    part: i + 1,
    header: `1 ${frame.byteLength} ${checksum} ${i + 1} ${parts}`,
    payload: frame.subarray(i * most, (i + 1) * most),
  }));
  return messages.reverse();
}

/** Reads a header written by `frameMessages`. Throws TESSERA_BAD_MESSAGE for anything else. */
export function parseFrameHeader(text: string): FrameHeader {
  const match = /^1 (\d{1,9}) (\d{1,10}) (\d{1,4}) (\d{1,4})$/.exec(text);
  const [length, checksum, part, parts] = (match ?? []).slice(1).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (match === null || length > MAX_FRAME_BYTES || part < 1 || part > parts || parts > MAX_PARTS)
    throw TesseraError.expected('TESSERA_BAD_MESSAGE', FRAME_HEADER, '1 LENGTH CRC PART PARTS', text);
  return { length, checksum, part, parts };
}

/**
 * The frame that `payloads`, part 1 first, make up, in memory of its own. Throws TESSERA_BAD_MESSAGE if its length or
 * checksum is not the header's.
 */
export function joinFrame({ length, checksum }: FrameHeader, payloads: readonly Uint8Array[]): Uint8Array {
  const got = payloads.reduce((sum, payload) => sum + payload.byteLength, 0);
  if (got !== length)
    throw TesseraError.expected('TESSERA_BAD_MESSAGE', 'guide frame', `${length} bytes`, got);
  const frame = new Uint8Array(length);
  let at = 0;
  for (const payload of payloads) {
    frame.set(payload, at);
    at += payload.byteLength;
  }
  const sum = crc32(frame);
  if (sum !== checksum)
    throw TesseraError.expected('TESSERA_BAD_MESSAGE', 'guide frame', `CRC-32 ${checksum}`, sum);
  return frame;
}
