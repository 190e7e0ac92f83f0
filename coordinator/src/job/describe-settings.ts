import type { Manifest } from '@tessera/tiler';
import { formatProjection } from './projection-settings.js';
import type { RenderSettings } from './settings.js';

/** Settings as plain values under the names of the command line, for reports, files and comparison; canvas and seed left out. */
export function describeSettings(
  settings: RenderSettings,
  { finest }: Manifest,
): Record<string, string | number | boolean> {
  const { newton } = settings.projection;
  return {
    ...(finest.power === undefined ? { scale: settings.scale } : { power: finest.power / settings.scale }),
    sampler: settings.sampler,
    steps: settings.steps,
    ...(settings.sampler === 'ddim' && { eta: settings.eta }),
    guidanceScale: settings.guidanceScale,
    guidanceInterval: settings.guidanceInterval.join('..'),
    projection: formatProjection(settings.projection),
    ...(newton && { newtonStep: newton.step, newtonRate: newton.rate }),
    lead: settings.lead,
    guideBlur: settings.guideBlur ?? 'bundle',
    overlap: settings.overlap,
    window: settings.window,
    fusion: settings.fusion,
    postPass: settings.postPass,
    decode: settings.decode,
    frameType: settings.frameType,
  };
}
