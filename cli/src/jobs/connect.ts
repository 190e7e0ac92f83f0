import { CoordinatorConnection } from '@tessera/coordinator';
import { channelCredentials } from '@tessera/farm/security';
import type { Values } from '../config/setting.js';
import type { CLIENT } from '../config/settings.js';
import { interruptible } from '../interrupt.js';
import { clientCertificates, clientToken } from '../security/credentials.js';
import { checkSecretPath } from '../security/exposure.js';

/** How a coordinator is called: for so long, until Ctrl-C. */
export interface Call {
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** What an answer may take: a paused job is saved first. */
const SECONDS = 60;

/** The settings of every command that asks a coordinator. */
export type ClientSettings = Values<typeof CLIENT>;

/** Does something with the coordinator of the settings; Ctrl-C ends it. Throws TESSERA_COORDINATOR_UNAVAILABLE ... */
export async function withCoordinator<T>(
  settings: ClientSettings,
  action: (coordinator: CoordinatorConnection, call: Call) => Promise<T>,
): Promise<T> {
  const { signal, release } = interruptible(() => {});
  const certificates = clientCertificates(settings);
  const token = await clientToken(settings);
  if (token !== undefined)
    checkSecretPath('The token', settings.coordinator, certificates !== undefined, settings);
  const credentials = channelCredentials(certificates);
  const coordinator = new CoordinatorConnection(settings.coordinator, { credentials, token });
  try {
    return await action(coordinator, { seconds: SECONDS, signal });
  } finally {
    coordinator.close();
    release();
  }
}
