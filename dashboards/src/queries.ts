/** Sum of rates: `by` are labels that stay. */
export function rate(series: string, ...by: readonly string[]): string {
  return `${sum(by)} (rate(${series}[$__rate_interval]))`;
}

/** Mean of a histogram: `name{labels}` without `_sum`. */
export function mean(name: string, labels: string, ...by: readonly string[]): string {
  return `${rate(`${name}_sum{${labels}}`, ...by)} / ${rate(`${name}_count{${labels}}`, ...by)}`;
}

/** A quantile of a histogram. */
export function quantile(q: number, name: string, labels: string, ...by: readonly string[]): string {
  return `histogram_quantile(${q}, ${rate(`${name}_bucket{${labels}}`, 'le', ...by)})`;
}

function sum(by: readonly string[]): string {
  return by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`;
}
