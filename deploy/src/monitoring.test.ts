import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { find, manifestsOf, workloadsOf } from './manifests.js';
import { selects } from './selector.js';
import { inRepository, NO_KUBERNETES } from './tools.js';

describe.skipIf(NO_KUBERNETES)('monitoring', () => {
  it('raises the alerts that are tested with promtool', () => {
    const tested = parse(readFileSync(inRepository('dashboards/alerts/tessera.rules.yaml'), 'utf8'));
    expect(find('gpu', 'PrometheusRule', 'tessera').spec).toEqual(tested);
  });

  it('scrapes a port that every pod of ours has', () => {
    const { selector, podMetricsEndpoints } = find('gpu', 'PodMonitor', 'tessera').spec;
    const scraped = workloadsOf('gpu').filter(({ spec }) => selects(selector, spec.template.metadata.labels));
    expect(scraped.map(({ metadata }) => metadata.name).sort()).toEqual(['coordinator', 'node']);
    for (const { spec } of scraped) {
      const ports = spec.template.spec.containers[0].ports.map(({ name }: { name: string }) => name);
      expect(ports).toContain(podMetricsEndpoints[0].port);
    }
  });

  it('brings the dashboards to Grafana, labelled for its sidecar', () => {
    const { metadata, data } = manifestsOf('gpu').find(
      ({ metadata: { name } }) => name === 'tessera-dashboards',
    )!;
    expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    expect(Object.keys(data!)).toEqual(['tessera-farm.json', 'tessera-job.json', 'tessera-node.json']);
  });
});
