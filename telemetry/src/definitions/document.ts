import { COORDINATOR } from './coordinator.js';
import { LABELS, type Metrics } from './metric.js';
import { NODE } from './node.js';
import { NATS, PROCESS, STANDARD } from './process.js';

/** docs/metrics.md, made of the definitions: `npm run generate` writes it, `npm run check` compares it. */
export function documentMetrics(): string {
  return `# Metrics

Made from \`telemetry/src/definitions/\` by \`npm run generate\`; do not edit.

\`--metrics host:port\` of \`tessera coordinator\`, \`node\` and \`serve\` answers \`/metrics\` in Prometheus' text format, \`/livez\` and
\`/readyz\`; so does \`--http\`, which asks for a token where the API does. Units are base units. No label holds a tile, a job or a user, so that the number of series does
not grow with the work; what each label may be is at the end. A series that may stay away for long is there from the start, at zero.

## Coordinator

${table(COORDINATOR)}

Where several coordinators share a farm each counts the work of the jobs that it runs, but nodes, jobs and pending tile-steps are the
whole farm's on every one: take their maximum, not their sum.

A running job has a *place*, counted from 0 and given to another job when it has ended; with eight jobs at once there are eight
places. The log tells which job has which place: \`job started\`.

## Node

${table(NODE)}

## Both

${table({ ...PROCESS, ...NATS })}

and the standard metrics of prom-client, among them

| name | what it says |
|---|---|
${Object.entries(STANDARD)
  .map(([name, about]) => `| \`${name}\` | ${about} |`)
  .join('\n')}

## Labels

| label | what it says | values |
|---|---|---|
${Object.entries(LABELS)
  .map(([label, definition]) => `| \`${label}\` | ${definition.about} | ${valuesOf(definition)} |`)
  .join('\n')}
`;
}

function table(metrics: Metrics): string {
  const rows = Object.values(metrics).map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.map(code).join(' ')} | ${help} |`,
  );
  return ['| name | type | labels | what it says |', '|---|---|---|---|', ...rows].join('\n');
}

function valuesOf(label: { readonly values: readonly string[] } | { readonly bound: string }): string {
  return 'values' in label ? label.values.map(code).join(' ') : label.bound;
}

function code(text: string): string {
  return `\`${text}\``;
}
