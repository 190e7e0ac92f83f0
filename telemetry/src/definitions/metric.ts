/** Labels by name: what each says, and the values it may have. */
export const LABELS = {
  api: { about: 'which of the APIs', values: ['grpc', 'http'] },
  call: {
    about: 'method of the gRPC service, or method and route of the HTTP API, parameters by name',
    bound: 'what is served, and `other`',
  },
  code: { about: 'stable error code', bound: 'the table of error codes' },
  graph: {
    about: 'role of the graph in its bundle',
    values: [
      'denoiser',
      'denoiser.full',
      'decoder',
      'encoder',
      'summarizer',
      'guidance',
      'embedder',
      'layout',
      'other',
    ],
  },
  level: { about: 'level of the pyramid, 0 the finest', bound: '0 to 15' },
  method: { about: 'method of the node', values: ['denoise', 'decode', 'run'] },
  place: { about: 'place of a running job', bound: 'the jobs that may run at once, from 0' },
  priority: { about: 'priority of a job', bound: '0 to 9' },
  bundle: { about: 'name of a bundle', bound: 'the bundles a process was given' },
  result: { about: 'whether the bus held a frame', values: ['found', 'missing'] },
  state: { about: 'state of a job or a node', bound: 'the states there are' },
  status: { about: 'name of the gRPC status, or number of the HTTP one', bound: 'the statuses there are' },
  task: { about: 'what is done', values: ['tile-step', 'frame', 'window'] },
  version: { about: 'version of the software', bound: 'one a process' },
  role: { about: 'what the process is', bound: 'coordinator, node or serve' },
  nodejs: { about: 'version of Node.js', bound: 'one a process' },
  name: { about: 'name of the node', bound: 'one a process' },
  device: { about: 'execution provider', bound: 'one a process' },
} as const satisfies Readonly<
  Record<
    string,
    { readonly about: string } & ({ readonly values: readonly string[] } | { readonly bound: string })
  >
>;

export type Label = keyof typeof LABELS;

export type MetricType = 'counter' | 'gauge' | 'histogram';

/** One metric, as it is defined before there is a process to measure. */
export interface Metric<T extends MetricType = MetricType, L extends Label = Label> {
  readonly type: T;
  readonly name: string;
  /** What it says, in the unit of its name. */
  readonly help: string;
  readonly labels: readonly L[];
  /** Values of labels that are there from the start, at zero, so that a rate of them is one. */
  readonly zero: readonly Readonly<Partial<Record<Label, string>>>[];
  /** Upper bounds of a histogram's buckets, in the unit of its name. */
  readonly buckets: readonly number[];
}

export type Metrics = Readonly<Record<string, Metric>>;

type Zero<L extends Label> = readonly Readonly<Record<L, string>>[];

export function counter<L extends Label = never>(
  name: `tessera_${string}_total`,
  help: string,
  labels: readonly L[] = [],
  zero: Zero<L> = [],
): Metric<'counter', L> {
  return { type: 'counter', name, help, labels, zero, buckets: [] };
}

export function gauge<L extends Label = never>(
  name: `tessera_${string}`,
  help: string,
  labels: readonly L[] = [],
): Metric<'gauge', L> {
  return { type: 'gauge', name, help, labels, zero: [], buckets: [] };
}

export function histogram<L extends Label = never>(
  name: `tessera_${string}`,
  help: string,
  buckets: readonly number[],
  labels: readonly L[] = [],
  zero: Zero<L> = [],
): Metric<'histogram', L> {
  return { type: 'histogram', name, help, labels, zero, buckets };
}

/** Every value that a label may have, as `zero` wants it. */
export function each<L extends Label>(label: L, values: readonly string[]): Zero<L> {
  return values.map((value) => ({ [label]: value }) as Record<L, string>);
}

/** Seconds from `first`, each bucket `factor` times the one before. */
export function growing(first: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((first * factor ** i).toPrecision(3)));
}
