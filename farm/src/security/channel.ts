import { checkServerIdentity } from 'node:tls';
import {
  type ChannelCredentials,
  credentials,
  experimental,
  InterceptingCall,
  type Interceptor,
  type ServerCredentials,
  ServerCredentials as Servers,
} from '@grpc/grpc-js';
import type { Certificates } from './certificates.js';
import { type Role, roleOf } from './role.js';

/**
 * Credentials of a gRPC server; plaintext without certificates. `certificates` of callers are `required`, or only looked at, so that
 * a token may stand in for one.
 */
export function serverCredentials(
  certificates: Certificates | undefined,
  callers: 'required' | 'optional' = 'required',
): ServerCredentials {
  if (certificates === undefined) return Servers.createInsecure();
  return experimental.createCertificateProviderServerCredentials(
    certificates,
    certificates,
    callers === 'required',
  );
}

/**
 * Credentials of a gRPC client; plaintext without certificates. The server must have a certificate of the authority: for the name
 * it was called by, or, if a role is given, of that role, whatever its name. Nodes come and go under names that no certificate could
 * foresee.
 */
export function channelCredentials(
  certificates: Certificates | undefined,
  server?: Role,
): ChannelCredentials {
  if (certificates === undefined) return credentials.createInsecure();
  const identity = certificates.bytes.cert === undefined ? null : certificates;
  return experimental.createCertificateProviderChannelCredentials(certificates, identity, {
    checkServerIdentity: (host, certificate) => {
      if (server === undefined) return checkServerIdentity(host, certificate);
      if (roleOf(certificate.subject.O) === server) return undefined;
      return new Error(`its certificate is none of a ${server} (O=tessera:${server})`);
    },
  });
}

/** Sends a bearer token with every call. */
export function bearer(token: string): Interceptor {
  return (options, next) =>
    new InterceptingCall(next(options), {
      start: (metadata, listener, send) => {
        metadata.set('authorization', `Bearer ${token}`);
        send(metadata, listener);
      },
    });
}
