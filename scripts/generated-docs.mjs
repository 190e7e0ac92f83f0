// Documents, dashboards and manifests that are made from definitions elsewhere. Run, it writes them; `npm run check` compares them.
import { readFileSync, writeFileSync } from 'node:fs';
import { licencesDocument } from './licences.mjs';
import { isMain, ROOT } from './run.mjs';

/** Paths and texts. The code must be built. */
export async function generatedDocs() {
  const { settingsDocument } = await import(`${ROOT}cli/dist/config/document.js`);
  const { documentMetrics } = await import(`${ROOT}telemetry/dist/definitions/index.js`);
  const { prometheusRule } = await import(`${ROOT}deploy/dist/prometheus-rule.js`);
  const { dashboardFiles } = await import(`${ROOT}dashboards/dist/index.js`);
  return new Map([
    ['docs/configuration.md', settingsDocument()],
    ['docs/licences.md', licencesDocument()],
    ['docs/metrics.md', documentMetrics()],
    [
      'deploy/k8s/components/monitoring/prometheus-rule.yaml',
      prometheusRule(read('dashboards/alerts/tessera.rules.yaml')),
    ],
    ...dashboardFiles(),
  ]);
}

/** Those that are not what they would become. */
export async function driftedDocs() {
  return [...(await generatedDocs())].filter(([path, text]) => read(path) !== text).map(([path]) => path);
}

function read(path) {
  try {
    return readFileSync(`${ROOT}${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

if (isMain(import.meta.filename))
  for (const [path, text] of await generatedDocs()) writeFileSync(`${ROOT}${path}`, text);
