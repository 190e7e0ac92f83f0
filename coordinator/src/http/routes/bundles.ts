import type { App } from '../app.js';
import type { HttpContext } from '../context.js';
import { BundleList } from '../schema/bundle.js';
import { ref } from '../schema/ref.js';
import { bundleView } from '../view/bundle-view.js';

/** GET /v1/bundles. */
export function bundleRoutes(app: App, { bundles }: HttpContext): void {
  const views = [...bundles].map(([digest, manifest]) => bundleView(digest, manifest));
  app.get(
    '/v1/bundles',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'Bundles that pictures may be asked of, the usual one first',
        tags: ['farm'],
        response: { 200: ref(BundleList) },
      },
    },
    async () => ({ bundles: views }),
  );
}
