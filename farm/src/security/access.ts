import { TesseraError } from '@tessera/tiler';
import { type Permission, permits, type Role, roleOf } from './role.js';
import type { TokenHolder } from './tokens.js';

/** Somebody who asks for something. */
export interface Caller {
  /** Name of the token, or the certificate's common name. */
  readonly name: string;
  readonly role: Role;
}

/** What came with a request. */
export interface Presented {
  /** The header of that name. */
  readonly authorization?: string | undefined;
  /** Subject of a certificate that was verified against the farm's authority. */
  readonly subject?: Subject | undefined;
}

/** The tokens that are let in. */
export interface KnownTokens {
  find(token: string): TokenHolder | undefined;
}

/** As Node's `tls` gives it. */
export interface Subject {
  readonly CN?: string | readonly string[] | undefined;
  readonly O?: string | readonly string[] | undefined;
}

const ANYONE: Caller = { name: 'anyone', role: 'operator' };

/** Who may ask for what: by bearer token, by certificate, or by either. With neither anyone may do anything. */
export class Access {
  readonly #tokens: KnownTokens | undefined;
  readonly #certificates: boolean;

  constructor({
    tokens,
    certificates = false,
  }: { tokens?: KnownTokens | undefined; certificates?: boolean }) {
    this.#tokens = tokens;
    this.#certificates = certificates;
  }

  /** False if anyone may do anything. */
  get restricted(): boolean {
    return this.#tokens !== undefined || this.#certificates;
  }

  /**
   * Who asks, if they may do that. A token counts before a certificate, and a wrong one is not made up for by it. Throws
   * TESSERA_UNAUTHENTICATED, or TESSERA_FORBIDDEN for a role that may not.
   */
  check(presented: Presented, permission: Permission): Caller {
    const caller = this.restricted ? this.#identify(presented) : ANYONE;
    if (this.restricted && !permits(caller.role, permission))
      throw new TesseraError(
        'TESSERA_FORBIDDEN',
        `The role ${caller.role} of ${caller.name} may not ${permission} here`,
      );
    return caller;
  }

  #identify({ authorization, subject }: Presented): Caller {
    if (this.#tokens !== undefined && authorization !== undefined) {
      const token = tokenIn(authorization);
      const holder = token === undefined ? undefined : this.#tokens.find(token);
      if (holder === undefined) throw refused('The token is not known');
      return holder;
    }
    const role = this.#certificates ? roleOf(subject?.O) : undefined;
    if (role !== undefined) return { name: [subject?.CN ?? ''].flat().join(','), role };
    const ways = [
      ...(this.#tokens ? ['a bearer token'] : []),
      ...(this.#certificates ? ["a certificate of a role (O=tessera:...) from the farm's authority"] : []),
    ];
    throw refused(`Expected ${ways.join(' or ')}`);
  }
}

/** A bearer token; or, as a browser asks for it by itself, the password of any user. */
function tokenIn(authorization: string): string | undefined {
  const [, scheme, credentials] = /^(Bearer|Basic) +([\w.~+/=-]{1,1024})$/i.exec(authorization) ?? [];
  if (scheme?.toLowerCase() !== 'basic') return credentials;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(credentials!, 'base64').toString()) ?? [];
  return password;
}

function refused(why: string): TesseraError {
  return new TesseraError('TESSERA_UNAUTHENTICATED', why);
}
