import type { PictureInfo } from '../picture.js';
import { provenanceLine } from '../provenance.js';
import { TILE_SIZE } from '../tile.js';
import { asciiEntry, type Entry, longEntry, Tag } from './directory.js';
import type { Page, Profile } from './profile.js';

/**
 * As Aperio's scanners write it: the full picture, a stripped thumbnail, then the other levels; NewSubfileType 0
 * everywhere, and each description begins with `Aperio Image` and holds AppMag and MPP, by which OpenSlide and
 * tifffile know it.
 */
export const svsProfile: Profile = async ({ info, levels, tiled, thumbnail }) => {
  const full = `${info.width}x${info.height}`;
  const small = await thumbnail();
  const page = (entries: Entry[], what: string): Page => ({
    entries: [
      ...entries,
      longEntry(Tag.NewSubfileType, [0]),
      asciiEntry(Tag.ImageDescription, `Aperio Image (synthetic, Tessera)\n${what}|${aperioLine(info)}`),
    ],
  });
  const area = `${full} [0,0 ${full}] (${TILE_SIZE}x${TILE_SIZE})`;
  const [first, ...others] = levels.map(({ width, height }, level) =>
    page(tiled(level), `${area}${level === 0 ? '' : ` -> ${width}x${height}`} JPEG/YCC Q=${info.quality}`),
  );
  return [first!, page(small.entries, `${full} -> ${small.width}x${small.height} - `), ...others];
};

/** Objective power and micrometres per pixel, where known, then the provenance. */
function aperioLine(info: PictureInfo): string {
  const power = info.power === undefined ? [] : [`AppMag = ${info.power}`];
  const mpp = info.metersPerPixel === undefined ? [] : [`MPP = ${micrometres(info.metersPerPixel)}`];
  return [...power, ...mpp, provenanceLine(info)].join('|');
}

/** Metres as micrometres without the noise of binary fractions. */
export function micrometres(metres: number): number {
  return Number((metres * 1e6).toPrecision(12));
}
