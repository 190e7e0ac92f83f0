import type { Work } from '@tessera/proto';
import type { DeviceWork } from '../worker/protocol.js';

/** What a call cost, as it is answered: the seconds of all roles. */
export function work({ denoiser, decoder, encoder, ...others }: DeviceWork): Work {
  const all = [denoiser, decoder, encoder, ...Object.values(others)];
  return {
    denoiser: denoiser?.rows ?? 0,
    decoder: decoder?.rows ?? 0,
    encoder: encoder?.rows ?? 0,
    deviceSeconds: all.reduce((sum, role) => sum + (role?.seconds ?? 0), 0),
  };
}
