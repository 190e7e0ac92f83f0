import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Certificates } from '@tessera/farm/security';

/** Seconds that a whole request may take to come in: a reference image over a slow line, but no longer. */
const REQUEST_SECONDS = 60;
/** Bytes of all headers of a request: a bearer token and what proxies add. */
const HEADER_BYTES = 16 * 1024;
/** Connections at once: pages hold several open for events. */
const CONNECTIONS = 2000;

/**
 * Node's server of HTTP/1.1, over TLS with certificates. Callers may show one of their own, which is looked at and not required: a
 * token may stand in for it. Whoever sends a request too slowly is answered 408 and cut off.
 */
export function nodeServer(
  handler: RequestListener,
  certificates: Certificates | undefined,
  requestSeconds: number = REQUEST_SECONDS,
): Server {
  const options = {
    requestTimeout: requestSeconds * 1000,
    headersTimeout: (requestSeconds * 1000) / 2,
    connectionsCheckingInterval: (requestSeconds * 1000) / 4,
    maxHeaderSize: HEADER_BYTES,
    // A request that two readers could take for different ones is refused.
    insecureHTTPParser: false,
    joinDuplicateHeaders: false,
  };
  const server =
    certificates === undefined ? createServer(options, handler) : secure(options, handler, certificates);
  server.maxConnections = CONNECTIONS;
  return server;
}

function secure(options: object, handler: RequestListener, certificates: Certificates): Server {
  const context = () => ({ ...certificates.bytes });
  const server = createSecureServer(
    { ...options, ...context(), requestCert: true, rejectUnauthorized: false },
    handler,
  );
  const renew = () => server.setSecureContext(context());
  certificates.addIdentityCertificateListener(renew);
  server.once('close', () => certificates.removeIdentityCertificateListener(renew));
  return server as unknown as Server;
}
