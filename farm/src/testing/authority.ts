import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Role } from '../security/role.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR = 3_600_000;

cryptoProvider.set(webcrypto);

/** What a certificate is to say. */
export interface Subject {
  /** Its organisation is `tessera:ROLE`; none without. */
  readonly role?: Role;
  /** Names and addresses it is valid for; 127.0.0.1 and localhost by default. */
  readonly hosts?: readonly string[];
  /** When it expires, ms from now; an hour by default. */
  readonly expires?: number;
}

/** A certificate authority of a test's own, whose certificates are written into a folder. */
export class TestAuthority {
  /** PEM of the authority. */
  readonly ca: string;
  readonly #folder: string;
  readonly #name: string;
  readonly #certificate: X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;
  #serial = 1;

  private constructor(
    folder: string,
    name: string,
    certificate: X509Certificate,
    keys: webcrypto.CryptoKeyPair,
  ) {
    this.#folder = folder;
    this.#name = name;
    this.#certificate = certificate;
    this.#keys = keys;
    this.ca = join(folder, `${name}-ca.pem`);
  }

  static async create(folder: string, name = 'farm'): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name} authority`,
      keys,
      signingAlgorithm: ALGORITHM,
      ...dates(24 * HOUR),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    const authority = new TestAuthority(folder, name, certificate, keys);
    await writeFile(authority.ca, certificate.toString('pem'));
    return authority;
  }

  /** Paths of a new certificate, its key and the authority. */
  async issue(subject: Subject): Promise<{ cert: string; key: string; ca: string }> {
    const { role, hosts = ['127.0.0.1', 'localhost'], expires = HOUR } = subject;
    const serial = this.#serial++;
    const keys = await newKeys();
    const organisation = role === undefined ? '' : `O=tessera:${role}, `;
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial.toString(16).padStart(4, '0'),
      subject: `${organisation}CN=${role ?? 'nobody'}-${serial}`,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...dates(expires),
      extensions: [
        new SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
        ),
      ],
    });
    const path = join(this.#folder, `${this.#name}-${serial}`);
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    await writeFile(`${path}.pem`, certificate.toString('pem'));
    await writeFile(`${path}.key`, PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 });
    return { cert: `${path}.pem`, key: `${path}.key`, ca: this.ca };
  }
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

/** Valid for two hours that end so many ms from now. */
function dates(expires: number): { notBefore: Date; notAfter: Date } {
  const end = Date.now() + expires;
  return { notBefore: new Date(Math.min(Date.now(), end) - HOUR), notAfter: new Date(end) };
}
