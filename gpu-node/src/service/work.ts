import type { Work } from '@tessera/proto';
import type { DeviceWork } from '../worker/protocol.js';

/** What a call cost, as it is answered. */
export function work({ seconds, rows }: DeviceWork): Work {
  return {
    denoiser: rows.denoiser ?? 0,
    decoder: rows.decoder ?? 0,
    encoder: rows.encoder ?? 0,
    deviceSeconds: seconds,
  };
}
