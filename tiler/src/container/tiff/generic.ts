import { provenanceLine } from '../provenance.js';
import { asciiEntry, longEntry, Tag } from './directory.js';
import { type Profile, REDUCED_IMAGE } from './profile.js';

/** Pyramid as a page chain, levels marked as reduced images (TIFF 6.0): libvips, OpenSlide's generic reader, QGIS. */
export const genericProfile: Profile = async ({ info, levels, tiled }) =>
  levels.map((_, level) => ({
    entries: [
      ...tiled(level),
      longEntry(Tag.NewSubfileType, [level === 0 ? 0 : REDUCED_IMAGE]),
      asciiEntry(Tag.ImageDescription, provenanceLine(info)),
    ],
  }));
