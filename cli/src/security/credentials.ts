import { readFile } from 'node:fs/promises';
import { Certificates, type Role } from '@tessera/farm/security';
import { TesseraError } from '@tessera/tiler';

/** Settings of both sides of TLS. */
export interface TlsSettings {
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsCa: string | undefined;
}

/**
 * The certificates of a service, or undefined without TLS. Throws TESSERA_BAD_ARGUMENT for a part of the three,
 * TESSERA_BAD_CREDENTIALS if they cannot be used or are of another role.
 */
export function serviceCertificates(settings: TlsSettings, role: Role): Certificates | undefined {
  const { tlsCert: cert, tlsKey: key, tlsCa: ca } = settings;
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined || ca === undefined)
    throw incomplete(settings, 'all three or none');
  const certificates = Certificates.open({ cert, key, ca });
  if (certificates.role !== role)
    throw TesseraError.expected(
      'TESSERA_BAD_CREDENTIALS',
      `the subject of ${cert}`,
      `an organisation (O) tessera:${role}`,
      certificates.role,
    );
  return certificates;
}

/** The certificates of a client: an authority alone, or with a certificate of its own; undefined without TLS. Throws as above. */
export function clientCertificates(settings: TlsSettings): Certificates | undefined {
  const { tlsCert: cert, tlsKey: key, tlsCa: ca } = settings;
  if (ca === undefined || (cert === undefined) !== (key === undefined)) {
    if (cert === undefined && key === undefined) return undefined;
    throw incomplete(settings, '--tls-ca alone, all three or none');
  }
  return Certificates.open({ cert, key, ca });
}

/** The token of a client: given, or from a file, or none. Throws TESSERA_BAD_CREDENTIALS. */
export async function clientToken(settings: {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
}): Promise<string | undefined> {
  const { token, tokenFile } = settings;
  if (token !== undefined || tokenFile === undefined) return token;
  try {
    return (await readFile(tokenFile, 'utf8')).trim();
  } catch (cause) {
    throw new TesseraError(
      'TESSERA_BAD_CREDENTIALS',
      `Cannot read --token-file: ${(cause as Error).message}`,
      {
        field: '--token-file',
        cause,
      },
    );
  }
}

function incomplete({ tlsCert, tlsKey, tlsCa }: TlsSettings, expected: string): TesseraError {
  const given = Object.entries({ '--tls-cert': tlsCert, '--tls-key': tlsKey, '--tls-ca': tlsCa })
    .filter(([, file]) => file !== undefined)
    .map(([name]) => name);
  return TesseraError.expected(
    'TESSERA_BAD_ARGUMENT',
    '--tls-cert, --tls-key, --tls-ca',
    expected,
    given.join(', '),
  );
}
