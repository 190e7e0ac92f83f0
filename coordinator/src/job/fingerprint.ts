import { createHash } from 'node:crypto';
import { bytesOf } from '../run/float-bytes.js';
import { describeSettings } from './describe-settings.js';
import type { RenderJob } from './render-request.js';

/** SHA-256 (hex) over all that decides a job's picture: jobs of one fingerprint may go on from one another's state. */
export function fingerprint({ plan: { settings, manifest }, bundle, grid }: RenderJob): string {
  const { width, height, seed } = settings;
  const { channels, width: across, height: down } = grid;
  const asked = [bundle, width, height, String(seed), describeSettings(settings, manifest)];
  return createHash('sha256')
    .update(JSON.stringify([...asked, channels, across, down]))
    .update(bytesOf(grid.data))
    .digest('hex');
}
