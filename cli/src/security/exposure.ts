import { isLoopback } from '@tessera/farm/security';
import { TesseraError } from '@tessera/tiler';

/** What was asked for by name. */
export interface Insecure {
  readonly insecurePlaintext: boolean;
  readonly insecureNoAuth?: boolean;
}

/**
 * Throws TESSERA_EXPOSED if other machines could reach what listens on `address` and it is not encrypted, or anyone may ask
 * anything of it, unless that was asked for. `setting` is the name of the address.
 */
export function checkExposure(
  setting: string,
  address: string,
  is: { readonly encrypted: boolean; readonly restricted: boolean },
  { insecurePlaintext, insecureNoAuth = false }: Insecure,
): void {
  if (isLoopback(address)) return;
  if (!is.encrypted && !insecurePlaintext)
    throw exposed(
      `--${setting} ${address} would be open to other machines in plaintext: give --tls-cert, --tls-key and --tls-ca, or say ` +
        '--insecure-plaintext where something else encrypts or the network is trusted',
    );
  if (!is.restricted && !insecureNoAuth)
    throw exposed(
      `Whoever reaches --${setting} ${address} could do anything: let callers show certificates (--tls-ca) or tokens (--tokens), ` +
        'or say --insecure-no-auth where something else keeps others out',
    );
}

/** Throws TESSERA_EXPOSED if a secret would go to another machine in plaintext, unless that was asked for. */
export function checkSecretPath(
  what: string,
  address: string,
  encrypted: boolean,
  { insecurePlaintext }: Insecure,
): void {
  if (encrypted || insecurePlaintext || isLoopback(address)) return;
  throw exposed(`${what} would go to ${address} in plaintext: use TLS, or say --insecure-plaintext`);
}

function exposed(message: string): TesseraError {
  return new TesseraError('TESSERA_EXPOSED', message);
}
