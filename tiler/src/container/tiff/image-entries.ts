import { type Entry, longEntry, rationalEntry, shortEntry, Tag } from './directory.js';

const CENTIMETRE = 3;

/** Entries of any RGB image: its size in pixels, its samples and, where a pixel's size is known, its resolution. */
export function imageEntries(width: number, height: number, metersPerPixel: number | undefined): Entry[] {
  return [
    longEntry(Tag.ImageWidth, [width]),
    longEntry(Tag.ImageLength, [height]),
    shortEntry(Tag.BitsPerSample, 8, 8, 8),
    shortEntry(Tag.SamplesPerPixel, 3),
    shortEntry(Tag.PlanarConfiguration, 1),
    ...(metersPerPixel === undefined ? [] : resolutionEntries(0.01 / metersPerPixel)),
  ];
}

function resolutionEntries(pixelsPerCentimetre: number): Entry[] {
  return [
    rationalEntry(Tag.XResolution, pixelsPerCentimetre),
    rationalEntry(Tag.YResolution, pixelsPerCentimetre),
    shortEntry(Tag.ResolutionUnit, CENTIMETRE),
  ];
}
