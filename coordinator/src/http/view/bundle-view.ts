import type { Manifest } from '@tessera/tiler';
import { formatProjection } from '../../job/projection-settings.js';
import { defaultSettings } from '../../job/settings.js';
import type { BundleView } from '../schema/bundle.js';

/** A bundle as the API shows it. */
export function bundleView(digest: string, manifest: Manifest): BundleView {
  const { name, version, description, domain, license, finest, tile, magnifications, graphs } = manifest;
  const { sampler, steps, guidanceScale, projection, lead, overlap, window, fusion } =
    defaultSettings(manifest);
  return {
    digest,
    name,
    version,
    description,
    domain,
    license,
    metersPerPixel: finest.metersPerPixel,
    tile: tile.pixels,
    magnifications: magnifications.map(({ scale }) => ({
      scale,
      ...(finest.power !== undefined && { power: finest.power / scale }),
      micrometersPerPixel: finest.metersPerPixel * scale * 1e6,
    })),
    tissues: graphs.layout === undefined ? [] : [...(manifest.layout?.labels ?? [])],
    takesImages: graphs.embedder !== undefined,
    defaults: {
      sampler,
      steps,
      guidanceScale,
      projection: formatProjection(projection),
      lead: String(lead),
      overlap,
      window,
      fusion,
    },
  };
}
