import { expect, it } from 'vitest';
import {
  asciiEntry,
  bigTiffHeader,
  encodeDirectory,
  offsetEntry,
  rationalEntry,
  shortEntry,
  Tag,
} from './directory.js';

it('begins a file as BigTIFF with 8-byte offsets', () => {
  expect(bigTiffHeader(2 ** 40).toString('hex')).toBe('49492b00080000000000000000010000');
});

it('sorts entries by tag and keeps short values in the entry', () => {
  const bytes = encodeDirectory(
    [shortEntry(Tag.BitsPerSample, 8, 8, 8), shortEntry(Tag.Compression, 7)].reverse(),
    16,
    true,
  );
  expect(bytes.readBigUInt64LE(0)).toBe(2n);
  expect([bytes.readUInt16LE(8), bytes.readUInt16LE(28)]).toEqual([258, 259]);
  expect([bytes.readUInt16LE(20), bytes.readUInt16LE(22), bytes.readUInt16LE(40)]).toEqual([8, 8, 7]);
});

it('puts long values behind the directory, at their place in the file', () => {
  const bytes = encodeDirectory([asciiEntry(Tag.ImageDescription, 'synthetic')], 1000, true);
  const place = Number(bytes.readBigUInt64LE(20)) - 1000;
  expect(bytes.toString('latin1', place, place + 10)).toBe('synthetic\0');
});

it('points to the byte after it unless it is the last', () => {
  const entries = [asciiEntry(Tag.Software, 'a text of more than eight bytes')];
  const bytes = encodeDirectory(entries, 80, false);
  expect(bytes.length % 8).toBe(0);
  expect(bytes.readBigUInt64LE(28)).toBe(BigInt(80 + bytes.length));
  expect(encodeDirectory(entries, 80, true).readBigUInt64LE(28)).toBe(0n);
});

it('holds offsets past 4 GiB', () => {
  const { data, type } = offsetEntry(Tag.TileOffsets, [2 ** 45 + 3]);
  expect([Buffer.from(data).readBigUInt64LE(), type]).toEqual([2n ** 45n + 3n, 16]);
});

it.each([20_000, 1 / 60, 0.123456789, 3_999_999.25])('keeps %d as a fraction', (value) => {
  const { data } = rationalEntry(Tag.XResolution, value);
  const [numerator, denominator] = new Uint32Array(data.buffer);
  expect(Math.abs(numerator! / denominator! - value) / value).toBeLessThan(1e-6);
});
