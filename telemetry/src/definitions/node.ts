import { counter, each, gauge, growing, histogram, LABELS } from './metric.js';

const METHODS = each('method', LABELS.method.values);

/** Metrics of a node: one process, one device. Which node it is, the scrape says by `instance`. */
export const NODE = {
  info: gauge('tessera_node_info', 'Name and device of the node: 1.', ['name', 'device']),
  ready: gauge('tessera_node_device_ready', "1 while the device's thread is there to compute, else 0."),
  restarts: counter(
    'tessera_node_worker_restarts_total',
    "Times that the device's thread ended and was started again.",
  ),
  bundleLoads: counter('tessera_node_bundle_loads_total', 'Bundles loaded, warmed up and measured.', [
    'bundle',
  ]),
  bundleLoadSeconds: gauge('tessera_node_bundle_load_seconds', 'How long a bundle took to load.', ['bundle']),
  bundleBatch: gauge('tessera_node_bundle_batch', 'Evaluations in a run of a bundle, at most.', ['bundle']),
  expected: gauge(
    'tessera_node_expected_evaluation_seconds',
    'Seconds for one denoiser evaluation, as measured when the bundle was loaded.',
    ['bundle'],
  ),
  busy: counter(
    'tessera_node_device_busy_seconds_total',
    'Seconds in the graphs; padding is left out.',
    ['graph'],
    each('graph', LABELS.graph.values),
  ),
  evaluations: counter(
    'tessera_node_evaluations_total',
    'Evaluations of graphs; padding is left out.',
    ['graph'],
    each('graph', LABELS.graph.values),
  ),
  tiles: counter('tessera_node_tiles_total', 'Tiles asked for.', ['method'], METHODS),
  call: histogram(
    'tessera_node_call_seconds',
    'From the arrival of a call to its answer, or its error.',
    growing(0.001, 2, 17),
    ['method'],
    METHODS,
  ),
  errors: counter(
    'tessera_node_call_errors_total',
    'Calls that were answered by an error.',
    ['method', 'code'],
    [
      { method: 'denoise', code: 'TESSERA_GRAPH_FAILED' },
      { method: 'decode', code: 'TESSERA_GRAPH_FAILED' },
    ],
  ),
  gather: histogram(
    'tessera_node_gather_seconds',
    'From the arrival of a call until its contexts and guides were there.',
    growing(0.0001, 4, 9),
    ['method'],
    each('method', ['denoise', 'decode']),
  ),
  deviceWait: histogram(
    'tessera_node_device_wait_seconds',
    'What a call spent between device and inputs without being computed: mostly in the queue of the device.',
    growing(0.0001, 4, 9),
    ['method'],
    each('method', ['denoise', 'decode']),
  ),
  framePublish: histogram(
    'tessera_node_frame_publish_seconds',
    'How long a guide frame took to be on the bus; waits while the bus is full.',
    growing(0.0001, 4, 9),
  ),
  framePublishBytes: counter('tessera_node_frame_published_bytes_total', 'Bytes of guide frames published.'),
  frameFetch: histogram(
    'tessera_node_frame_fetch_seconds',
    'How long a guide frame took to come from the bus; those that were in the cache are not counted.',
    growing(0.0001, 4, 9),
    ['result'],
    each('result', LABELS.result.values),
  ),
} as const;
