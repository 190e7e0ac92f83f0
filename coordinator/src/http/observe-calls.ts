import type { ObserveCall } from '../observe/answered-call.js';
import type { App } from './app.js';

/** Tells of every request that is over, answered or given up by who asked, by its route: paths hold names of jobs. */
export function observeCalls(app: App, observe: ObserveCall): void {
  app.addHook('onRequest', async ({ method, routeOptions: { url } }, { raw }) => {
    const started = performance.now();
    raw.once('close', () => {
      const streams = String(raw.getHeader('content-type')).startsWith('text/event-stream');
      observe({
        api: 'http',
        // What no route takes may be called anything.
        call: url === undefined ? 'other' : `${method} ${url}`,
        status: String(raw.statusCode),
        seconds: streams ? undefined : (performance.now() - started) / 1000,
      });
    });
  });
}
