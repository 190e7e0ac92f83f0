import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Manifest, manifestsOf, OVERLAYS } from './manifests.js';
import { inRepository, NO_KUBERNETES, tools } from './tools.js';

/** Oldest and newest release that we say we run on. */
const VERSIONS = ['1.29', '1.37'];

/** What the API would refuse: `[object, error]` each. */
function wrong(manifests: readonly Manifest[], version: string): [string, string][] {
  const script = inRepository('scripts/kubernetes-validate.py');
  const answer = execFileSync(tools.python!, [script, version, ...tools.crds!], {
    encoding: 'utf8',
    input: JSON.stringify(manifests),
  });
  return JSON.parse(answer);
}

describe.skipIf(NO_KUBERNETES)('schemas of Kubernetes and of the operators', () => {
  describe.each(OVERLAYS)('%s', (overlay) => {
    it.each(VERSIONS)('holds only what %s knows', (version) => {
      expect(wrong(manifestsOf(overlay), version)).toEqual([]);
    });
  });

  it('find a field that is not there', () => {
    const [first, ...rest] = manifestsOf('dev-cpu').filter(({ kind }) => kind === 'Deployment');
    const misspelt = { ...first!, spec: { ...first!.spec, replica: 2 } };
    expect(wrong([misspelt, ...rest], '1.37')).toEqual([
      ['Deployment node', expect.stringContaining("'replica' was unexpected")],
    ]);
  });

  it('find a field of an operator that is not there', () => {
    const scaled: Manifest = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'node' },
      spec: { scaleTargetRef: { name: 'node' }, triggers: [], maxReplicas: 3 },
    };
    expect(wrong([scaled], '1.37')).toEqual([
      ['ScaledObject node', expect.stringContaining("'maxReplicas' was unexpected")],
    ]);
  });
});
