import { NATS } from '../definitions/index.js';
import type { Exposition } from './exposition.js';
import { makeMetrics } from './make-metrics.js';

/** Says at each scrape whether NATS answers. */
export function watchNats(exposition: Exposition, connection: { readonly connected: boolean }): void {
  const { connected } = makeMetrics(exposition.registry, NATS);
  exposition.onScrape(() => connected.set(connection.connected ? 1 : 0));
}
