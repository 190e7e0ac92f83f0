import type { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import {
  Access,
  CallerLimit,
  type Certificates,
  channelCredentials,
  Gate,
  serverCredentials,
  TokenFile,
} from '@tessera/farm/security';
import { serviceCertificates, type TlsSettings } from './credentials.js';
import { checkExposure, type Insecure } from './exposure.js';

/** Requests a second of a caller. */
const USUAL_RATE = 200;

export interface CoordinatorSecuritySettings extends TlsSettings, Insecure {
  readonly grpc: string;
  readonly http: string | undefined;
  readonly tokens: string | undefined;
  readonly rateLimit: number | undefined;
}

/** Who a coordinator lets in, and what it shows to those it talks to. */
export interface CoordinatorSecurity {
  readonly gate: Gate;
  /** For TLS of the HTTP API; undefined: plaintext. */
  readonly certificates: Certificates | undefined;
  /** For what it serves. Without tokens callers need a certificate; with them either will do. */
  readonly server: ServerCredentials;
  /** For its calls of nodes. */
  readonly nodes: ChannelCredentials;
  close(): void;
}

/**
 * Throws the errors of `serviceCertificates`, TESSERA_BAD_CREDENTIALS for a file of tokens that is none, and TESSERA_EXPOSED for an
 * address that would be open to others.
 */
export async function coordinatorSecurity(
  settings: CoordinatorSecuritySettings,
): Promise<CoordinatorSecurity> {
  const certificates = serviceCertificates(settings, 'coordinator');
  const encrypted = certificates !== undefined;
  const restricted = encrypted || settings.tokens !== undefined;
  checkExposure('grpc', settings.grpc, { encrypted, restricted }, settings);
  if (settings.http !== undefined) checkExposure('http', settings.http, { encrypted, restricted }, settings);
  const tokens = settings.tokens === undefined ? undefined : await TokenFile.open(settings.tokens);
  const access = new Access({ tokens, certificates: encrypted });
  const perSecond = settings.rateLimit ?? (access.restricted ? USUAL_RATE : undefined);
  return {
    certificates,
    gate: new Gate(access, perSecond === undefined ? undefined : new CallerLimit(perSecond)),
    server: serverCredentials(certificates, tokens === undefined ? 'required' : 'optional'),
    nodes: channelCredentials(certificates, 'node'),
    close: () => {
      tokens?.close();
      certificates?.close();
    },
  };
}
