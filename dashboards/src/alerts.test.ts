import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ALERTS, alerts } from './testing/alerts.js';
import { NO_PROMETHEUS, promtool } from './testing/prometheus.js';

const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** Anchors that a Markdown document has, as GitHub makes them. */
function anchors(markdown: string): Set<string> {
  const headings = markdown.match(/^#+ .*$/gm) ?? [];
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe.skipIf(NO_PROMETHEUS)('alert rules', () => {
  it('are rules', () => {
    expect(promtool(['check', 'rules', 'tessera.rules.yaml'], { cwd: ALERTS })).toContain('SUCCESS');
  });

  it('are found by the configuration that we provide', () => {
    const folder = fileURLToPath(new URL('../provisioning/', import.meta.url));
    expect(promtool(['check', 'config', 'prometheus.yaml'], { cwd: folder })).toContain(
      `${alerts().length} rules found`,
    );
  });

  it('are raised by what they are about and by nothing else', () => {
    expect(promtool(['test', 'rules', 'tessera.test.yaml'], { cwd: ALERTS })).toContain('SUCCESS');
  }, 120_000);
});

describe('the tests of alerts', () => {
  const { tests } = parse(readFileSync(`${ALERTS}tessera.test.yaml`, 'utf8')) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test);

  it.each(alerts().map(({ alert }) => alert))('raise %s', (alert) => {
    const raised = cases.filter(({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length > 0);
    expect(raised).not.toEqual([]);
  });
});

describe.each(alerts())('$alert', ({ annotations, labels }) => {
  it('says how bad it is, what is wrong and where to read on', () => {
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(annotations.summary).toBeTruthy();
    expect(annotations.description).toBeTruthy();
    const [file, anchor] = annotations.runbook_url!.split('#');
    expect(file).toBe('docs/operations.md');
    expect(anchors(operations)).toContain(anchor);
  });
});
