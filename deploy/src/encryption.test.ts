import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NATS_SERVER, NO_NATS } from '@tessera/farm/testing';
import { TestAuthority } from '@tessera/farm/testing/authority';
import { describe, expect, it, onTestFinished } from 'vitest';
import { find, manifestsOf, workloadsOf } from './manifests.js';
import { inRepository, NO_KUBERNETES } from './tools.js';

const args = (kind: string, name: string): string[] =>
  find('gpu', kind, name).spec.template.spec.containers[0].args;

describe.skipIf(NO_KUBERNETES)('an encrypted farm', () => {
  it('asks nowhere to be insecure', () => {
    const all = workloadsOf('gpu').flatMap(({ spec }) => spec.template.spec.containers[0].args);
    expect(all.filter((arg: string) => arg.startsWith('--insecure'))).toEqual([]);
    expect(all.filter((arg: string) => arg.startsWith('--nats='))).toEqual([
      '--nats=tls://nats:4222',
      '--nats=tls://nats:4222',
    ]);
  });

  it.each([
    ['StatefulSet', 'coordinator'],
    ['Deployment', 'node'],
  ])('gives %s %s the certificate of its role', (kind, name) => {
    const { spec } = find('gpu', 'Certificate', `${name}-tls`);
    expect(spec.subject.organizations).toEqual([`tessera:${name}`]);
    const { containers, volumes } = find('gpu', kind, name).spec.template.spec;
    const volume = volumes.find((one: { name: string }) => one.name === 'tls');
    expect(volume.secret.secretName).toBe(spec.secretName);
    const mount = containers[0].volumeMounts.find((one: { name: string }) => one.name === 'tls');
    for (const option of ['cert', 'key', 'ca'])
      expect(args(kind, name).find((arg) => arg.startsWith(`--tls-${option}=`))).toContain(
        `${mount.mountPath}/`,
      );
  });

  it('keeps jobs in an account that nodes have no password of', () => {
    expect(args('StatefulSet', 'coordinator')).toContain('--nats-jobs-user=jobs');
    const secretsOf = (kind: string, name: string): string[] =>
      find('gpu', kind, name).spec.template.spec.containers[0].env.flatMap(
        (one: { valueFrom?: { secretKeyRef?: { key: string } } }) => one.valueFrom?.secretKeyRef?.key ?? [],
      );
    expect(secretsOf('StatefulSet', 'coordinator')).toContain('NATS_JOBS_PASSWORD');
    expect(secretsOf('Deployment', 'node')).toEqual(['NATS_NODE_PASSWORD']);
  });

  it('names coordinators as their callers do', () => {
    expect(find('gpu', 'Certificate', 'coordinator-tls').spec.dnsNames).toContain('coordinator.tessera.svc');
  });
});

describe.skipIf(NO_KUBERNETES || NO_NATS)('what NATS is given', () => {
  const check = async (folder: string, config: string) => {
    const authority = await TestAuthority.create(folder);
    const { cert, key, ca } = await authority.issue({});
    const passwords = ['COORDINATOR', 'NODE', 'JOBS', 'ADMIN'].map((who) => [
      `NATS_${who}_PASSWORD`,
      'secret',
    ]);
    const env = {
      ...process.env,
      ...Object.fromEntries(passwords),
      POD_NAME: 'nats-0',
      NATS_TLS_CERT: cert,
      NATS_TLS_KEY: key,
      NATS_TLS_CA: ca,
    };
    return execFileSync(NATS_SERVER!, ['-t', '-c', join(folder, config)], { env, stdio: 'pipe' });
  };
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'tessera-nats-config-'));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  };

  it.each([
    ['without TLS', ['deploy/k8s/base/nats/nats.conf']],
    ['with TLS', ['deploy/k8s/components/tls/nats.conf', 'deploy/nats/nats-server.conf']],
    ['by compose', ['deploy/images/nats.conf']],
  ])('%s is a configuration that it takes', async (_, files) => {
    const made = folder();
    for (const file of files) cpSync(inRepository(file), join(made, file.split('/').at(-1)!));
    await expect(check(made, 'nats.conf')).resolves.toBeDefined();
  });

  it('is mounted together', () => {
    const { volumes } = find('gpu', 'StatefulSet', 'nats').spec.template.spec;
    const { sources } = volumes.find((one: { name: string }) => one.name === 'config').projected;
    const names: string[] = sources.map((one: { configMap: { name: string } }) => one.configMap.name);
    expect(names.map((name) => name.replace(/-[0-9a-z]{10}$/, ''))).toEqual(['nats-config', 'nats-accounts']);
    const maps = manifestsOf('gpu').filter(({ kind }) => kind === 'ConfigMap');
    for (const name of names) expect(maps.map(({ metadata }) => metadata.name)).toContain(name);
  });
});
