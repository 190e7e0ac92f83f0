import { describe, expect, it } from 'vitest';
import { find, manifestsOf, OVERLAYS, workloadsOf } from './manifests.js';
import { violations } from './pod-security.js';
import { NO_KUBERNETES } from './tools.js';

describe.skipIf(NO_KUBERNETES).each(OVERLAYS)('pod security in %s', (overlay) => {
  it('keeps every pod within the restricted profile', () => {
    const wrong = workloadsOf(overlay).flatMap(({ metadata, spec }) =>
      violations(spec.template.spec).map((what) => `${metadata.name}: ${what}`),
    );
    expect(wrong).toEqual([]);
  });

  it('is enforced by the namespace', () => {
    const labels = find(overlay, 'Namespace', 'tessera').metadata.labels;
    expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  it('gives no pod a token of the API, and each kind of pod an account of its own', () => {
    const accounts = workloadsOf(overlay).map(({ metadata, spec: { template } }) => {
      expect(template.spec.automountServiceAccountToken, metadata.name).toBe(false);
      return template.spec.serviceAccountName;
    });
    expect(new Set(accounts).size).toBe(accounts.length);
    for (const account of accounts) find(overlay, 'ServiceAccount', account);
  });

  it('grants no rights in the cluster', () => {
    const rights = manifestsOf(overlay).filter(({ kind }) => /Role/.test(kind));
    expect(rights).toEqual([]);
  });
});

describe('the restricted profile', () => {
  const fine = {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'one',
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
  };

  it('lets a pod pass that asks for nothing', () => {
    expect(violations(fine)).toEqual([]);
  });

  it.each([
    ['a pod that says nothing', { containers: [{ name: 'one' }] }, 5],
    ['the host network', { ...fine, hostNetwork: true }, 1],
    ['a folder of the host', { ...fine, volumes: [{ name: 'host', hostPath: { path: '/' } }] }, 1],
    ['a pod of root', { ...fine, securityContext: { ...fine.securityContext, runAsUser: 0 } }, 1],
    ['an init container that says nothing', { ...fine, initContainers: [{ name: 'first' }] }, 3],
  ])('refuses %s', (_what, spec, count) => {
    expect(violations(spec)).toHaveLength(count);
  });
});
