import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TesseraError } from '@tessera/tiler';
import type { Exposition } from '../metrics/exposition.js';

/** What is answered. */
export interface Probes {
  readonly exposition: Exposition;
  /** Whether the process takes work. */
  readonly ready: () => boolean;
}

/** A listener that answers `/metrics`, `/livez` and `/readyz`, and nothing else. */
export interface ProbeServer {
  /** host:port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Listens on host:port (0 takes a free port). Throws TESSERA_PORT_IN_USE or TESSERA_BAD_ARGUMENT. */
export async function serveProbes(listen: string, { exposition, ready }: Probes): Promise<ProbeServer> {
  const server = createServer(async ({ method, url }, response) => {
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8') =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
    if (method !== 'GET' && method !== 'HEAD') answer(405, 'GET only\n');
    else if (url === '/livez') answer(200, 'ok\n');
    else if (url === '/readyz') answer(ready() ? 200 : 503, ready() ? 'ok\n' : 'not ready\n');
    else if (url === '/metrics')
      await exposition.text().then(
        (text) => answer(200, text, exposition.contentType),
        (error: Error) => answer(500, `${error.message}\n`),
      );
    else answer(404, 'not found\n');
  });
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon);
  await listening(server, host.replace(/^\[(.*)\]$/, '$1'), Number(listen.slice(colon + 1)));
  const { port } = server.address() as AddressInfo;
  return {
    address: `${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const code = taken ? 'TESSERA_PORT_IN_USE' : 'TESSERA_BAD_ARGUMENT';
      reject(
        new TesseraError(code, `Could not listen on ${host}:${port}: ${error.message}`, { cause: error }),
      );
    });
    server.listen(port, host, resolve);
  });
}
