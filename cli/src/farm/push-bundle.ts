import { ObjectBundles } from '@tessera/farm';
import type { Values } from '../config/setting.js';
import type { STORE } from '../config/settings.js';
import { openNats } from './nats.js';

/**
 * Puts a bundle's folder into the farm's store in NATS; what is there already is not sent again. Throws the errors of `openNats` and
 * `ObjectBundles.put`.
 */
export async function pushBundle(
  folder: string,
  { nats: servers, ...settings }: Values<typeof STORE>,
): Promise<void> {
  const nats = await openNats(servers!, settings, { role: 'coordinator', name: 'bundle push' });
  try {
    await (await ObjectBundles.open(nats)).put(folder);
  } finally {
    await nats.close();
  }
}
