import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import helmet from '@fastify/helmet';
import { type Gate, isLoopback, type Presented } from '@tessera/farm/security';
import { TesseraError } from '@tessera/tiler';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * What a browser may do with our pages: run and load what comes from here, nothing written into the page itself, and show it in
 * no frame of another's.
 */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    connectSrc: ["'self'"],
    fontSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

export interface Protection {
  readonly gate: Gate;
  readonly encrypted: boolean;
  /** Nobody but this machine reaches it. */
  readonly loopback: boolean;
}

/**
 * Headers for browsers, and the gate before every route: before the body of a request is read. A route below /v1 must say what
 * permission it needs.
 */
export async function protect(
  app: FastifyInstance,
  { gate, encrypted, loopback }: Protection,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: encrypted ? { maxAge: 365 * 24 * 3600 } : false,
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1') && config?.permission === undefined)
      throw new Error(`Route ${url} says no permission`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { permission } = request.routeOptions.config;
    refuseOtherPages(request, loopback && !gate.access.restricted);
    const from = `address ${request.ip}`;
    try {
      if (permission === undefined) await gate.count(from);
      else await gate.admit(presentedBy(request.headers.authorization, request.raw.socket), permission, from);
    } catch (error) {
      const { code } = TesseraError.from(error);
      if (code === 'TESSERA_UNAUTHENTICATED')
        reply.header('www-authenticate', 'Bearer, Basic realm="Tessera"');
      if (code === 'TESSERA_RATE_LIMITED') reply.header('retry-after', '10');
      throw error;
    }
  });
}

/**
 * A browser sends what any page asks of it, passwords included. Of others' pages nothing is taken that changes something; and where
 * the address alone keeps others out, nothing at all under a name that they could have given to this machine.
 */
function refuseOtherPages({ method, headers }: FastifyRequest, byAddressAlone: boolean): void {
  const { origin, host = '' } = headers;
  const own = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  if (!own && method !== 'GET' && method !== 'HEAD')
    throw new TesseraError('TESSERA_FORBIDDEN', `Expected a page of ${host} but got one of ${origin}`);
  if (byAddressAlone && !isLoopback(host))
    throw new TesseraError('TESSERA_FORBIDDEN', `Expected localhost for the header Host but got '${host}'`);
}

/** A certificate counts only if it was verified: others are let through the handshake, since a token may stand in for one. */
function presentedBy(authorization: string | undefined, socket: Socket): Presented {
  const verified = socket instanceof TLSSocket && socket.authorized;
  return { authorization, subject: verified ? socket.getPeerCertificate().subject : undefined };
}
