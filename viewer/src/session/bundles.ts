import { signal } from '@preact/signals';
import type { BundleView } from '@tessera/coordinator/schema/bundle.js';
import { get } from '../api/http.js';

/** Bundles that pictures may be asked of. */
export const bundles = signal<readonly BundleView[]>([]);

/** Reads them. Throws `Problem`. */
export async function readBundles(signal?: AbortSignal): Promise<void> {
  bundles.value = (await get<{ bundles: BundleView[] }>('v1/bundles', signal)).bundles;
}
