import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Label, Metric, Metrics, MetricType } from '../definitions/index.js';

/** A definition's instrument. */
export type Instrument<M extends Metric> =
  M extends Metric<'counter', infer L>
    ? Counter<L>
    : M extends Metric<'gauge', infer L>
      ? Gauge<L>
      : M extends Metric<'histogram', infer L>
        ? Histogram<L>
        : never;

export type Instruments<D extends Metrics> = { readonly [K in keyof D]: Instrument<D[K]> };

/** The instruments of definitions, in a registry. */
export function makeMetrics<D extends Metrics>(registry: Registry, definitions: D): Instruments<D> {
  const made = Object.entries(definitions).map(([key, metric]) => [key, make(registry, metric)]);
  return Object.fromEntries(made) as Instruments<D>;
}

function make(registry: Registry, { type, name, help, labels, zero, buckets }: Metric<MetricType, Label>) {
  const common = { name, help, labelNames: labels, registers: [registry] };
  switch (type) {
    case 'counter': {
      const counter = new Counter(common);
      for (const values of zero) counter.inc(values, 0);
      return counter;
    }
    case 'gauge':
      return new Gauge(common);
    case 'histogram': {
      const histogram = new Histogram({ ...common, buckets: [...buckets] });
      for (const values of zero) histogram.zero(values);
      return histogram;
    }
  }
}
