import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { experimental } from '@grpc/grpc-js';
import { TesseraError } from '@tessera/tiler';
import { type Role, roleOf } from './role.js';

/** PEM files of one side of mutual TLS. */
export interface CertificateFiles {
  /** Certificate, with those between it and the authority; a client may have none. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Authority whose certificates are believed. */
  readonly ca: string;
}

/** What the files hold. */
export interface CertificateBytes {
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly ca: Buffer;
}

type Update<T> = (update: T | null) => void;

/** How often files are looked at: certificates are renewed days before they expire. ms. */
const LOOK = 30_000;

/**
 * A certificate, its key and the authority, read anew when the files change. What cannot be used then is left, and the old stay
 * in use: a certificate may be written before its key.
 */
export class Certificates implements experimental.CertificateProvider {
  readonly #files: CertificateFiles;
  readonly #identity = new Set<Update<experimental.IdentityCertificateUpdate>>();
  readonly #authority = new Set<Update<experimental.CaCertificateUpdate>>();
  readonly #timer: NodeJS.Timeout;
  #bytes: CertificateBytes;

  private constructor(files: CertificateFiles) {
    this.#files = files;
    this.#bytes = read(files);
    this.#timer = setInterval(() => this.reload(), LOOK).unref();
  }

  /** Throws TESSERA_BAD_CREDENTIALS, naming the file, for what cannot be read, does not fit together or has expired. */
  static open(files: CertificateFiles): Certificates {
    return new Certificates(files);
  }

  /** What is in use now. */
  get bytes(): CertificateBytes {
    return this.#bytes;
  }

  /** The role that the certificate gives, if there is one. */
  get role(): Role | undefined {
    const { cert } = this.#bytes;
    return cert && roleOf(new X509Certificate(cert).toLegacyObject().subject.O);
  }

  /** Reads the files now; true if there was something new that can be used. */
  reload(): boolean {
    let bytes: CertificateBytes;
    try {
      bytes = read(this.#files);
    } catch {
      return false;
    }
    if (same(bytes, this.#bytes)) return false;
    this.#bytes = bytes;
    for (const listener of this.#identity) listener(this.#identityUpdate());
    for (const listener of this.#authority) listener({ caCertificate: bytes.ca });
    return true;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  addCaCertificateListener(listener: Update<experimental.CaCertificateUpdate>): void {
    this.#authority.add(listener);
    // As grpc-js expects it: not before it has heard that it listens.
    process.nextTick(listener, { caCertificate: this.#bytes.ca });
  }

  removeCaCertificateListener(listener: Update<experimental.CaCertificateUpdate>): void {
    this.#authority.delete(listener);
  }

  addIdentityCertificateListener(listener: Update<experimental.IdentityCertificateUpdate>): void {
    this.#identity.add(listener);
    process.nextTick(listener, this.#identityUpdate());
  }

  removeIdentityCertificateListener(listener: Update<experimental.IdentityCertificateUpdate>): void {
    this.#identity.delete(listener);
  }

  #identityUpdate(): experimental.IdentityCertificateUpdate | null {
    const { cert, key } = this.#bytes;
    return cert && key ? { certificate: cert, privateKey: key } : null;
  }
}

function read({ cert, key, ca }: CertificateFiles): CertificateBytes {
  const bytes = {
    cert: cert && readPem(cert),
    key: key && readPem(key),
    ca: readPem(ca),
  } as CertificateBytes;
  for (const [path, content] of [
    [ca, bytes.ca],
    [cert, bytes.cert],
  ] as const)
    if (path !== undefined && content !== undefined) checkDates(path, content);
  try {
    createSecureContext({ ...bytes });
  } catch (cause) {
    // OpenSSL's words hold no part of a key.
    throw bad(key ?? ca, `cannot be used with ${cert ?? ca}: ${(cause as Error).message}`);
  }
  return bytes;
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw bad(path, (cause as Error).message);
  }
}

function checkDates(path: string, pem: Buffer): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw bad(path, 'holds no PEM certificate');
  }
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (Date.now() < from || Date.now() > to)
    throw bad(path, `is valid from ${certificate.validFrom} to ${certificate.validTo} only`);
}

function same(a: CertificateBytes, b: CertificateBytes): boolean {
  const equal = (x: Buffer | undefined, y: Buffer | undefined) => (x && y ? x.equals(y) : x === y);
  return equal(a.cert, b.cert) && equal(a.key, b.key) && equal(a.ca, b.ca);
}

function bad(path: string, why: string): TesseraError {
  return new TesseraError('TESSERA_BAD_CREDENTIALS', `${path}: ${why}`, { field: path });
}
