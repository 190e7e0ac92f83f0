import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestAuthority } from '../testing/authority.js';
import { type CertificateFiles, Certificates } from './certificates.js';

let folder: string;
let authority: TestAuthority;
const opened: Certificates[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-certificates-'));
  authority = await TestAuthority.create(folder);
});

afterEach(async () => {
  for (const certificates of opened.splice(0)) certificates.close();
  await rm(folder, { recursive: true, force: true });
});

function open(files: CertificateFiles): Certificates {
  const certificates = Certificates.open(files);
  opened.push(certificates);
  return certificates;
}

const refused = (file: string, message: RegExp) =>
  expect.objectContaining({
    code: 'TESSERA_BAD_CREDENTIALS',
    field: file,
    message: expect.stringMatching(message),
  });

describe('certificate files', () => {
  it('give a role', async () => {
    expect(open(await authority.issue({ role: 'node' })).role).toBe('node');
    expect(open(await authority.issue({})).role).toBeUndefined();
  });

  it('are refused when expired', async () => {
    const files = await authority.issue({ role: 'node', expires: -1000 });
    expect(() => open(files)).toThrow(refused(files.cert, /is valid from .* only/));
  });

  it('are refused with the key of another', async () => {
    const [one, other] = [await authority.issue({}), await authority.issue({})];
    expect(() => open({ ...one, key: other.key })).toThrow(refused(other.key, /cannot be used with/));
  });

  it('are refused when they are not there or something else', async () => {
    const files = await authority.issue({});
    expect(() => open({ ...files, ca: join(folder, 'none') })).toThrow(
      refused(join(folder, 'none'), /ENOENT/),
    );
    const text = join(folder, 'text.pem');
    await writeFile(text, 'text');
    expect(() => open({ ...files, ca: text })).toThrow(refused(text, /no PEM certificate/));
  });

  it('are read anew when there are others, and never half', async () => {
    const files = await authority.issue({ role: 'node' });
    const certificates = open(files);
    const next = await authority.issue({ role: 'coordinator' });
    await copyFile(next.cert, files.cert);
    expect([certificates.reload(), certificates.role]).toEqual([false, 'node']);
    await copyFile(next.key, files.key);
    expect([certificates.reload(), certificates.role]).toEqual([true, 'coordinator']);
  });
});
