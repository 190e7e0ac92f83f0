import { describe, expect, it } from 'vitest';
import { find, manifestsOf, OVERLAYS } from './manifests.js';
import { mayReach, type Pod } from './reachability.js';
import { NO_KUBERNETES } from './tools.js';

const GRPC = 50051;
const HTTP = 8080;
const NODE = 50052;
const NATS = 4222;
const MONITOR = 8222;
const METRICS = 9464;

const client: Pod = { namespace: 'lab', labels: { 'tessera.dev/client': 'true' } };
const stranger: Pod = { namespace: 'lab', labels: { app: 'shop' } };

describe.skipIf(NO_KUBERNETES).each(OVERLAYS)('who talks to whom in %s', (overlay) => {
  const pod = (kind: string, name: string): Pod => {
    const { metadata, spec } = find(overlay, kind, name);
    return { namespace: metadata.namespace!, labels: spec.template.metadata.labels };
  };
  const policies = () => manifestsOf(overlay).filter(({ kind }) => kind === 'NetworkPolicy');
  const pods = (): Record<string, Pod> => ({
    coordinator: pod('StatefulSet', 'coordinator'),
    node: pod('Deployment', 'node'),
    nats: pod('StatefulSet', 'nats'),
    client,
    stranger,
    neighbour: { namespace: 'tessera', labels: { app: 'other' } },
  });

  it('is this and nothing else', () => {
    const everyone = pods();
    const open = Object.entries(everyone).flatMap(([from, source]) =>
      Object.entries(everyone).flatMap(([to, target]) =>
        [GRPC, HTTP, NODE, NATS, MONITOR, METRICS]
          .filter(
            (port) =>
              from !== to && target.namespace === 'tessera' && mayReach(policies(), source, target, port),
          )
          .map((port) => `${from} -> ${to}:${port}`),
      ),
    );
    expect(open).toEqual([
      `coordinator -> node:${NODE}`,
      `coordinator -> nats:${NATS}`,
      `node -> nats:${NATS}`,
      `client -> coordinator:${GRPC}`,
      `client -> coordinator:${HTTP}`,
    ]);
  });

  it('lets Prometheus read metrics where there is one, and nothing else', () => {
    const prometheus: Pod = { namespace: 'monitoring', labels: {} };
    const reads = (name: string) =>
      [METRICS, GRPC, NODE, HTTP].filter((port) => mayReach(policies(), prometheus, pods()[name]!, port));
    const watched = manifestsOf(overlay).some(({ kind }) => kind === 'PodMonitor');
    expect(reads('node')).toEqual(watched ? [METRICS] : []);
    expect(reads('coordinator')).toEqual(watched ? [METRICS] : []);
    expect(reads('nats')).toEqual([]);
  });

  it('lets nothing out into the world', () => {
    const world: Pod = { namespace: 'internet', labels: {} };
    for (const [name, from] of Object.entries(pods()))
      if (from.namespace === 'tessera') expect(mayReach(policies(), from, world, 443), name).toBe(false);
  });
});
