import { TesseraError } from '@tessera/tiler';
import type { App } from './app.js';

/**
 * Paths of the API answer 405 with `Allow` (RFC 9110, 15.5.6) to methods that they do not take. Call this before the routes are
 * added, and what it gives after them.
 */
export function refuseOtherMethods(app: App): () => void {
  const taken = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    if (!url.startsWith('/v1')) return;
    const methods = taken.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    if (methods.has('GET')) methods.add('HEAD');
    taken.set(url, methods);
  });
  return () => {
    for (const [url, methods] of [...taken]) {
      const allow = [...methods].sort().join(', ');
      app.route({
        url,
        method: app.supportedMethods.filter((method) => !methods.has(method)),
        config: { permission: 'view' },
        schema: { hide: true },
        // Before the body is read: what a request that is refused holds is nobody's concern.
        onRequest: async ({ method }, reply) => {
          reply.header('allow', allow);
          throw new TesseraError('TESSERA_METHOD_NOT_ALLOWED', `Expected ${allow} but got ${method}`);
        },
        handler: async () => undefined,
      });
    }
  };
}
