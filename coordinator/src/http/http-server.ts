import type { AddressInfo } from 'node:net';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type Certificates, Gate, isLoopback } from '@tessera/farm/security';
import { TesseraError } from '@tessera/tiler';
import fastify, { type FastifyPluginAsync } from 'fastify';
import type { ObserveCall } from '../observe/answered-call.js';
import type { App } from './app.js';
import type { HttpContext } from './context.js';
import { nodeServer } from './node-server.js';
import { observeCalls } from './observe-calls.js';
import { refuseOtherMethods } from './other-methods.js';
import { answerProblems, answerUnroutable, describeProblems } from './problem.js';
import { protect } from './protection.js';
import { artifactRoutes } from './routes/artifacts.js';
import { bundleRoutes } from './routes/bundles.js';
import { deepZoomRoutes } from './routes/deep-zoom.js';
import { eventRoutes } from './routes/events.js';
import { jobRoutes } from './routes/jobs.js';
import { liveRoutes } from './routes/live.js';
import { nodeRoutes } from './routes/nodes.js';
import { type Operation, operationRoutes } from './routes/operation.js';
import { pageRoutes } from './routes/page.js';
import { SCHEMAS } from './schema/index.js';
import { validateRequests } from './validation.js';
import { JobViews } from './view/job-view.js';

/** Largest body of a request: a reference image of 6 MiB as base64. JSON of that size holds up the thread for 1.6 s at worst. */
const BODY_BYTES = 8 * 1024 * 1024;

export interface HttpServerOptions extends Omit<HttpContext, 'views'> {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  /** Version of the software. */
  readonly version: string;
  /** Who may ask for what, and how much; by default anyone for anything. */
  readonly gate?: Gate;
  /** Hears of every request. */
  readonly observeCall?: ObserveCall;
  /** For TLS; plaintext by default. */
  readonly certificates?: Certificates | undefined;
  /** How long a request may take to come in; a minute by default. */
  readonly requestSeconds?: number;
  /** Folder of the built live page, which is shown at `/`; none by default. */
  readonly page?: string;
  /** What is answered to those who operate it; nothing by default. */
  readonly operation?: Operation;
  /** What others add: limits, headers. They are registered before the routes. */
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

async function build({ gate = new Gate(), plugins = [], ...options }: HttpServerOptions): Promise<App> {
  const { certificates, requestSeconds } = options;
  const app: App = fastify({
    serverFactory: (handler) => nodeServer(handler, certificates, requestSeconds),
    bodyLimit: BODY_BYTES,
    frameworkErrors: answerUnroutable,
    // Streams of events never end by themselves.
    forceCloseConnections: true,
  }).withTypeProvider<TypeBoxTypeProvider>();
  for (const schema of SCHEMAS) app.addSchema(schema);
  if (options.observeCall !== undefined) observeCalls(app, options.observeCall);
  validateRequests(app);
  answerProblems(app);
  describeProblems(app);
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
  await protect(app, {
    gate,
    encrypted: certificates !== undefined,
    loopback: isLoopback(options.listen),
  });
  for (const plugin of plugins) await app.register(plugin);
  const context: HttpContext = { ...options, views: new JobViews(options.bundles) };
  await app.register(async (routes) => {
    const typed = routes as App;
    const refuseRest = refuseOtherMethods(typed);
    bundleRoutes(typed, context);
    nodeRoutes(typed, context);
    jobRoutes(typed, context);
    eventRoutes(typed, context);
    liveRoutes(typed, context);
    deepZoomRoutes(typed, context);
    artifactRoutes(typed, context);
    refuseRest();
    if (options.operation !== undefined) operationRoutes(typed, options.operation);
    if (options.page !== undefined) pageRoutes(typed, options.page);
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  return app;
}
