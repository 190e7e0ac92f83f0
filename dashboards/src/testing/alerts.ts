import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** Folder of the alert rules and their tests. */
export const ALERTS = fileURLToPath(new URL('../../alerts/', import.meta.url));

export const RULES_FILE = `${ALERTS}tessera.rules.yaml`;

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function alerts(): Alert[] {
  const { groups } = parse(readFileSync(RULES_FILE, 'utf8')) as { groups: { rules: Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Metrics with the labels that they are picked by, as an expression has them. */
export function selectors(expr: string): string[] {
  return expr.match(/\b(?:tessera|nodejs|process)_\w+(?:\{[^}]*\})?/g) ?? [];
}
