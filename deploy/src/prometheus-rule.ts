import { parse, stringify } from 'yaml';

const HEAD = '# Made from dashboards/alerts/tessera.rules.yaml by `npm run generate`.\n';

/** Rules of Prometheus, YAML, as an object of the Prometheus operator, YAML. */
export function prometheusRule(rules: string): string {
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'tessera' },
    spec: parse(rules),
  };
  return HEAD + stringify(rule, { lineWidth: 120 });
}
