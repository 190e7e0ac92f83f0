import { describeSettings, type JobPlan } from '@tessera/coordinator';
import type { PictureInfo } from '@tessera/tiler';
import { VERSION } from '../version.js';
import { powerOf } from './settings.js';

/** What the picture's file says of itself: what made it, from which seed and bundle, with which settings. */
export function pictureInfo({ settings, manifest }: JobPlan, digest: string, quality: number): PictureInfo {
  return {
    width: settings.width,
    height: settings.height,
    metersPerPixel: manifest.finest.metersPerPixel * settings.scale,
    power: powerOf(settings.scale, manifest),
    description: {
      software: `tessera ${VERSION}`,
      bundle: `${manifest.name} ${manifest.version}`,
      bundleDigest: digest,
      seed: String(settings.seed),
      ...describeSettings(settings, manifest),
    },
    quality,
  };
}
