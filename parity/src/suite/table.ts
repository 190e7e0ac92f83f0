import type { Verdict } from './judge.js';

/** One line of the report. */
export interface Row {
  readonly pack: string;
  readonly case: string;
  readonly output: string;
  readonly verdict: Verdict;
}

const HEAD = ['pack', 'case', 'output', 'max', 'of', 'p99', 'of', 'rms', 'of', ''];

/** All outputs with their differences and bounds, for a person. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}

function cells({ pack, case: name, output, verdict: { difference, tolerance, over } }: Row): string[] {
  const bounds =
    typeof tolerance === 'number' ? { max: tolerance, p99: undefined, rms: undefined } : tolerance;
  const figures = (['max', 'p99', 'rms'] as const).flatMap((name) => [
    short(difference[name]),
    short(bounds[name]),
  ]);
  return [pack, name, output, ...figures, over <= 1 ? 'ok' : 'FAIL'];
}

function short(value: number | undefined): string {
  if (value === undefined) return '-';
  if (value === 0) return '0';
  return value < 0.01 ? value.toExponential(1) : value.toPrecision(2);
}
