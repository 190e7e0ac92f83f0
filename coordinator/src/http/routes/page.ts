import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { App } from '../app.js';

/**
 * The live page at `/`, from the folder it was built into. Files under `assets` are named by their content and may be kept for
 * ever; the page itself is asked for again each time.
 */
export function pageRoutes(app: App, folder: string): void {
  const assets = join(folder, 'assets') + sep;
  app.register(fastifyStatic, {
    root: folder,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const kept = path.startsWith(assets);
      reply.header('cache-control', kept ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
