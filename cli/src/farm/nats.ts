import { readFile } from 'node:fs/promises';
import { FarmConnection, type FarmConnectionOptions } from '@tessera/farm';
import { TesseraError } from '@tessera/tiler';
import type { TlsSettings } from '../security/credentials.js';
import { checkSecretPath, type Insecure } from '../security/exposure.js';

/** Settings of connections to NATS. */
export interface NatsSettings extends TlsSettings, Insecure {
  readonly natsCreds: string | undefined;
  readonly natsUser: string | undefined;
  readonly natsPassword: string | undefined;
  readonly natsCa: string | undefined;
}

/** Who connects: `role` is that of the user, `name` what the server's own reports call it. */
export interface NatsClient {
  readonly role: 'coordinator' | 'node' | 'jobs';
  readonly name: string;
}

/**
 * Connects to the servers at `--nats`. Throws TESSERA_NATS_UNAVAILABLE, TESSERA_BAD_CREDENTIALS, TESSERA_BAD_ARGUMENT for a user
 * without a password, TESSERA_EXPOSED if that would go to another machine in plaintext.
 */
export async function openNats(
  servers: readonly string[],
  settings: NatsSettings,
  { role, name }: NatsClient,
): Promise<FarmConnection> {
  const { natsUser: user, natsPassword: pass, natsCreds } = settings;
  if ((user === undefined) !== (pass === undefined))
    throw TesseraError.expected(
      'TESSERA_BAD_ARGUMENT',
      role === 'jobs' ? '--nats-jobs-user, TESSERA_NATS_JOBS_PASSWORD' : '--nats-user, TESSERA_NATS_PASSWORD',
      'both or none',
      user === undefined ? 'a password alone' : 'a user alone',
    );
  // One server with tls:// is enough: a cluster that is half encrypted is not, and gets no plaintext.
  const encrypted = servers.some((url) => url.startsWith('tls://'));
  if (pass !== undefined)
    for (const url of servers)
      checkSecretPath('The password for NATS', url.replace('nats://', ''), encrypted, settings);
  const identity: Pick<FarmConnectionOptions, 'user' | 'pass' | 'creds'> = {
    ...(user !== undefined && pass !== undefined && { user, pass }),
    ...(natsCreds !== undefined && { creds: await readCreds(natsCreds) }),
  };
  const tls = encrypted && { tls: tlsOptions(settings) };
  const inboxPrefix = `_INBOX.${role}`;
  return await FarmConnection.open({ servers: [...servers], name, inboxPrefix, ...identity, ...tls });
}

/** The same for the account that jobs are kept in; undefined where they are in the same as all else. */
export function jobsSettings(
  settings: NatsSettings & {
    readonly natsJobsCreds: string | undefined;
    readonly natsJobsUser: string | undefined;
    readonly natsJobsPassword: string | undefined;
  },
): NatsSettings | undefined {
  const { natsJobsCreds: natsCreds, natsJobsUser: natsUser, natsJobsPassword: natsPassword } = settings;
  if (natsCreds === undefined && natsUser === undefined && natsPassword === undefined) return undefined;
  return { ...settings, natsCreds, natsUser, natsPassword };
}

/** The client reads the files at every connection, so that renewed ones are used. */
function tlsOptions({ natsCa, tlsCert, tlsKey, tlsCa }: NatsSettings) {
  const ca = natsCa ?? tlsCa;
  return {
    ...(ca !== undefined && { caFile: ca }),
    ...(tlsCert !== undefined && tlsKey !== undefined && { certFile: tlsCert, keyFile: tlsKey }),
  };
}

async function readCreds(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TesseraError(
      'TESSERA_BAD_CREDENTIALS',
      `Cannot read --nats-creds: ${(cause as Error).message}`,
      {
        field: '--nats-creds',
        cause,
      },
    );
  }
}
