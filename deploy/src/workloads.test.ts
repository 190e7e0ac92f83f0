import { describe, expect, it } from 'vitest';
import { find, manifestsOf, OVERLAYS, workloadsOf } from './manifests.js';
import { selects } from './selector.js';
import { NO_KUBERNETES } from './tools.js';

/** Seconds in which `tessera node` ends what is in flight once it is told to stop. */
const NODE_DRAINS = 25;

describe.skipIf(NO_KUBERNETES).each(OVERLAYS)('workloads of %s', (overlay) => {
  it('say that they start, are ready and live', () => {
    for (const { metadata, spec } of workloadsOf(overlay))
      for (const container of spec.template.spec.containers)
        for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
          expect(container[probe], `${metadata.name} ${probe}`).toBeDefined();
  });

  it('are in one namespace with all that belongs to them', () => {
    const elsewhere = manifestsOf(overlay).filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'tessera',
    );
    expect(elsewhere.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
  });

  it('ask for memory and are held to it', () => {
    for (const { metadata, spec } of workloadsOf(overlay))
      for (const { resources } of spec.template.spec.containers) {
        expect(resources.requests?.memory, metadata.name).toBeDefined();
        expect(resources.limits?.memory, metadata.name).toBeDefined();
      }
  });

  it('give a node ten minutes to load a bundle', () => {
    const [{ startupProbe }] = find(overlay, 'Deployment', 'node').spec.template.spec.containers;
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(600);
  });

  it('wait for a node to drain before it is killed', () => {
    const { terminationGracePeriodSeconds } = find(overlay, 'Deployment', 'node').spec.template.spec;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(NODE_DRAINS + 10);
  });

  it('are each guarded by a disruption budget that lets a machine be emptied', () => {
    const budgets = manifestsOf(overlay).filter(({ kind }) => kind === 'PodDisruptionBudget');
    for (const { metadata, spec } of workloadsOf(overlay)) {
      const guarding = budgets.filter((budget) =>
        selects(budget.spec.selector, spec.template.metadata.labels),
      );
      expect(guarding, metadata.name).toHaveLength(1);
      expect(guarding[0]!.spec.maxUnavailable, metadata.name).not.toBe(0);
    }
  });

  it('come from images of a stated version', () => {
    for (const { spec } of workloadsOf(overlay))
      for (const { image } of spec.template.spec.containers)
        expect(image).toMatch(/:[\w.-]+$|@sha256:[0-9a-f]{64}$/);
  });

  it('are found by their services', () => {
    for (const service of manifestsOf(overlay).filter(({ kind }) => kind === 'Service')) {
      const found = workloadsOf(overlay).filter(({ spec }) =>
        selects({ matchLabels: service.spec.selector }, spec.template.metadata.labels),
      );
      expect(found, service.metadata.name).toHaveLength(1);
      const names = found[0]!.spec.template.spec.containers.flatMap(
        ({ ports }: { ports: { name: string }[] }) => ports.map(({ name }) => name),
      );
      for (const { targetPort } of service.spec.ports) expect(names).toContain(targetPort);
    }
  });
});

describe.skipIf(NO_KUBERNETES)('nodes with a GPU', () => {
  it('drain before their successor asks for the GPU', () => {
    const { strategy } = find('gpu', 'Deployment', 'node').spec;
    expect(strategy.rollingUpdate).toEqual({ maxSurge: 0, maxUnavailable: 1 });
  });

  it('ask for one and say so to the node', () => {
    const [{ args, resources }] = find('gpu', 'Deployment', 'node').spec.template.spec.containers;
    expect(resources.limits['nvidia.com/gpu']).toBe(1);
    expect(args).toContain('--device=cuda:0');
  });

  it('are scaled by the tile-steps that could run', () => {
    expect(find('gpu', 'Deployment', 'node').spec.replicas).toBeUndefined();
    const [trigger] = find('gpu', 'ScaledObject', 'node').spec.triggers;
    expect(trigger.metadata.query).toContain('tessera_pending_tile_steps');
  });
});
