import type { DashboardSpec } from './dashboard.js';
import { mean, quantile, rate } from './queries.js';

const OURS = 'instance=~"$node"';
const DENOISER = `${OURS}, graph=~"denoiser.*"`;
const NAME = '{{instance}}';

/** Times slower than measured at load; with several bundles against the fastest of them. */
const SLOWNESS = `${rate(`tessera_node_device_busy_seconds_total{${DENOISER}}`, 'instance')} / ${rate(`tessera_node_evaluations_total{${DENOISER}}`, 'instance')} / min by (instance) (tessera_node_expected_evaluation_seconds{${OURS}})`;

/** Which node is slow, and why? */
export const NODE: DashboardSpec = {
  uid: 'tessera-node',
  title: 'Node',
  description: 'Which node is slow, and why.',
  choices: [{ name: 'node', label: 'Node', query: 'label_values(tessera_node_info, instance)' }],
  rows: [
    {
      title: 'Which node is slow?',
      panels: [
        {
          kind: 'bars',
          title: 'Times slower than at load',
          description:
            'Seconds for one denoiser evaluation now, over what the node measured when it loaded the bundle (the fastest bundle, if it has several). Above 3: something else uses the machine, or it throttles.',
          unit: 'none',
          queries: [{ expr: SLOWNESS, legend: NAME }],
          warn: 1.5,
          bad: 3,
        },
        {
          kind: 'bars',
          title: 'Device busy',
          description: 'Share of the time that the device computes.',
          unit: 'percentunit',
          queries: [
            { expr: rate(`tessera_node_device_busy_seconds_total{${OURS}}`, 'instance'), legend: NAME },
          ],
        },
        {
          kind: 'bars',
          title: 'Tiles a second',
          description:
            'Tiles asked for, of all methods. Nodes take work as they finish, so a slow node has less.',
          unit: 'none',
          queries: [{ expr: rate(`tessera_node_tiles_total{${OURS}}`, 'instance'), legend: NAME }],
        },
        {
          kind: 'bars',
          title: 'Not ready',
          description: "1 where the device's thread is not there: it ended and is being started again.",
          unit: 'none',
          queries: [{ expr: `1 - min by (instance) (tessera_node_device_ready{${OURS}})`, legend: NAME }],
          bad: 1,
        },
      ],
    },
    {
      title: 'Why?',
      panels: [
        {
          kind: 'time',
          title: 'Calls, 95th percentile',
          description: 'From arrival to answer.',
          unit: 's',
          queries: [
            {
              expr: quantile(0.95, 'tessera_node_call_seconds', OURS, 'instance', 'method'),
              legend: '{{method}}, {{instance}}',
            },
          ],
        },
        {
          kind: 'time',
          title: 'Waiting for the device',
          description:
            'Mean. Two batches are sent to a node at a time, so that one waits while the other computes: about the time of a batch is right.',
          unit: 's',
          queries: [{ expr: mean('tessera_node_device_wait_seconds', OURS, 'instance'), legend: NAME }],
        },
        {
          kind: 'time',
          title: 'Waiting for contexts and guides',
          description: 'Mean. High: NATS is slow or far.',
          unit: 's',
          queries: [{ expr: mean('tessera_node_gather_seconds', OURS, 'instance'), legend: NAME }],
        },
      ],
    },
    {
      title: 'Guide frames',
      panels: [
        {
          kind: 'time',
          title: 'Fetching a frame',
          description: 'Mean of those that were not in the cache.',
          unit: 's',
          queries: [
            {
              expr: mean('tessera_node_frame_fetch_seconds', `${OURS}, result="found"`, 'instance'),
              legend: NAME,
            },
          ],
        },
        {
          kind: 'time',
          title: 'Frames not found',
          description: 'A second. They are decoded again.',
          unit: 'none',
          queries: [
            {
              expr: rate(`tessera_node_frame_fetch_seconds_count{${OURS}, result="missing"}`, 'instance'),
              legend: NAME,
            },
          ],
        },
        {
          kind: 'time',
          title: 'Publishing a frame',
          description: 'Mean. High: the bus is full and waits for frames to be released.',
          unit: 's',
          queries: [{ expr: mean('tessera_node_frame_publish_seconds', OURS), legend: 'all nodes' }],
        },
        {
          kind: 'time',
          title: 'Frames published',
          description: 'Bytes a second.',
          unit: 'Bps',
          queries: [
            { expr: rate(`tessera_node_frame_published_bytes_total{${OURS}}`, 'instance'), legend: NAME },
          ],
        },
      ],
    },
    {
      title: 'The process',
      panels: [
        {
          kind: 'time',
          title: 'Errors',
          description: 'Calls answered by an error, a second.',
          unit: 'none',
          queries: [
            {
              expr: rate(`tessera_node_call_errors_total{${OURS}}`, 'instance', 'code'),
              legend: '{{code}}, {{instance}}',
            },
          ],
        },
        {
          kind: 'time',
          title: 'Thread restarts',
          description: "Times that the device's thread ended and was started again, an hour.",
          unit: 'none',
          queries: [
            {
              expr: `3600 * ${rate(`tessera_node_worker_restarts_total{${OURS}}`, 'instance')}`,
              legend: NAME,
            },
          ],
        },
        {
          kind: 'time',
          title: 'Memory',
          description: 'Of the process: graphs, caches, batches under way.',
          unit: 'bytes',
          queries: [{ expr: `sum by (instance) (process_resident_memory_bytes{${OURS}})`, legend: NAME }],
        },
        {
          kind: 'time',
          title: 'Event loop lag',
          description: '99th percentile. Inference has a thread of its own, so this should stay near 10 ms.',
          unit: 's',
          queries: [{ expr: `max by (instance) (nodejs_eventloop_lag_p99_seconds{${OURS}})`, legend: NAME }],
        },
      ],
    },
    {
      title: 'What it has loaded',
      panels: [
        {
          kind: 'bars',
          title: 'Evaluations in a run',
          description: 'The batch that the node found fastest, or was given.',
          unit: 'none',
          queries: [
            {
              expr: `max by (instance, bundle) (tessera_node_bundle_batch{${OURS}})`,
              legend: '{{bundle}}, {{instance}}',
            },
          ],
        },
        {
          kind: 'bars',
          title: 'Loading a bundle',
          description: 'Checking, loading, warming up and measuring; a startup probe has to allow for it.',
          unit: 's',
          queries: [
            {
              expr: `max by (instance, bundle) (tessera_node_bundle_load_seconds{${OURS}})`,
              legend: '{{bundle}}, {{instance}}',
            },
          ],
        },
        {
          kind: 'bars',
          title: 'Bundles loaded',
          description: 'Since the start of the process.',
          unit: 'none',
          queries: [{ expr: `sum by (instance) (tessera_node_bundle_loads_total{${OURS}})`, legend: NAME }],
        },
      ],
    },
  ],
};
