import type { App } from '../app.js';

/** What a server says of itself to those who operate it. */
export interface Operation {
  /** Metrics, in the media type that it names. */
  readonly exposition: { readonly contentType: string; text(): Promise<string> };
  /** Whether it takes work. */
  readonly ready: () => boolean;
}

/** `/metrics`, for those who may look at jobs, and `/livez` and `/readyz`, for anyone. */
export function operationRoutes(app: App, { exposition, ready }: Operation): void {
  const hidden = { schema: { hide: true } };
  app.get('/metrics', { ...hidden, config: { permission: 'view' } }, async (_, reply) => {
    const text = await exposition.text();
    return reply.type(exposition.contentType).send(text);
  });
  app.get('/livez', hidden, async () => 'ok\n');
  app.get('/readyz', hidden, async (_, reply) => (ready() ? 'ok\n' : reply.code(503).send('not ready\n')));
}
