import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Access } from '@tessera/farm/security';
import { TesseraError } from '@tessera/tiler';
import fastify, { type FastifyPluginAsync } from 'fastify';
import type { App } from './app.js';
import type { HttpContext } from './context.js';
import { answerProblems } from './problem.js';
import { bundleRoutes } from './routes/bundles.js';
import { jobRoutes } from './routes/jobs.js';
import { nodeRoutes } from './routes/nodes.js';
import { SCHEMAS } from './schema/index.js';
import { JobViews } from './view/job-view.js';

/** Largest body of a request: a reference image as base64. */
const BODY_BYTES = 64 * 1024 * 1024;

export interface HttpServerOptions extends Omit<HttpContext, 'views'> {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  /** Version of the software. */
  readonly version: string;
  /** Who may ask for what; by default anyone for anything. */
  readonly access?: Access;
  /** What others add: metrics, limits, headers. They are registered before the routes. */
  readonly plugins?: readonly FastifyPluginAsync[];
}

/** The HTTP API over the jobs of a farm: `/v1`, and its description at `/openapi.json`. */
export class HttpServer {
  readonly #app: App;
  #address = '';

  private constructor(app: App) {
    this.#app = app;
  }

  /** Throws TESSERA_PORT_IN_USE or TESSERA_BAD_ARGUMENT. */
  static async start(options: HttpServerOptions): Promise<HttpServer> {
    const server = new HttpServer(await build(options));
    await server.#listen(options.listen);
    return server;
  }

  /** host:port it listens on. */
  get address(): string {
    return this.#address;
  }

  /** Cuts off what is under way. */
  async close(): Promise<void> {
    await this.#app.close();
  }

  async #listen(listen: string): Promise<void> {
    const [, host, port] = /^(.+):(\d+)$/.exec(listen) ?? [];
    if (host === undefined)
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'listen', 'host:port', listen);
    try {
      await this.#app.listen({ host: host.replace(/^\[|\]$/g, ''), port: Number(port) });
    } catch (error) {
      await this.#app.close();
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
        throw TesseraError.expected('TESSERA_PORT_IN_USE', 'listen', 'a free address', listen);
      throw new TesseraError(
        'TESSERA_BAD_ARGUMENT',
        `Cannot listen on ${listen}: ${(error as Error).message}`,
        {
          field: 'listen',
          cause: error,
        },
      );
    }
    const bound = this.#app.server.address() as AddressInfo;
    this.#address = `${host}:${bound.port}`;
  }
}

async function build({ access = new Access({}), plugins = [], ...options }: HttpServerOptions): Promise<App> {
  const app: App = fastify({
    bodyLimit: BODY_BYTES,
    // Streams of events never end by themselves.
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: 'array', allErrors: true, removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  for (const schema of SCHEMAS) app.addSchema(schema);
  answerProblems(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tessera',
        version: options.version,
        description: 'Pictures far larger than the model behind them can see',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
  });
  app.addHook('onRequest', async (request) => {
    const { permission } = request.routeOptions.config;
    if (permission === undefined) return;
    const subject = (request.raw.socket as TLSSocket).getPeerCertificate?.()?.subject;
    access.check({ authorization: request.headers.authorization, subject }, permission);
  });
  for (const plugin of plugins) await app.register(plugin);
  const context: HttpContext = { ...options, views: new JobViews(options.bundles) };
  await app.register(async (routes) => {
    const typed = routes as App;
    bundleRoutes(typed, context);
    nodeRoutes(typed, context);
    jobRoutes(typed, context);
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  return app;
}
