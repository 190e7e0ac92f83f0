import type { DashboardSpec } from './dashboard.js';
import { mean, quantile, rate } from './queries.js';

const OURS = 'instance=~"$coordinator"';
const STEPS = rate(`tessera_tile_steps_total{${OURS}}`);
/** One a ready node: a node has one device. Every coordinator sees all nodes and all jobs, so these are no sums. */
const DEVICES = `max(tessera_nodes{${OURS}, state="ready"})`;

/** Is the farm healthy, and what limits it? */
export const FARM: DashboardSpec = {
  uid: 'tessera-farm',
  title: 'Farm',
  description: 'Whether the farm is healthy, how fast it is, and what limits it.',
  choices: [{ name: 'coordinator', label: 'Coordinator', query: 'label_values(tessera_jobs, instance)' }],
  rows: [
    {
      title: 'Is it healthy?',
      panels: [
        {
          kind: 'stat',
          title: 'Nodes ready',
          description: 'Nodes that take work. None: jobs wait.',
          unit: 'none',
          queries: [{ expr: DEVICES, legend: 'ready' }],
          bad: 1,
          below: true,
        },
        {
          kind: 'stat',
          title: 'Nodes set aside',
          description:
            'Nodes whose calls failed and that are being probed. The log says why: `node set aside`.',
          unit: 'none',
          queries: [{ expr: `max(tessera_nodes{${OURS}, state="aside"})`, legend: 'set aside' }],
          bad: 1,
        },
        {
          kind: 'stat',
          title: 'Jobs failed',
          description: 'Jobs that failed in the time shown.',
          unit: 'none',
          queries: [
            {
              expr: `round(max(increase(tessera_jobs_ended_total{${OURS}, state="failed"}[$__range])))`,
              legend: 'failed',
            },
          ],
          bad: 1,
        },
        {
          kind: 'stat',
          title: 'Failures per tile-step',
          description:
            'Failed attempts for each tile-step done. Work that fails is done again, so this is what failures cost.',
          unit: 'percentunit',
          queries: [{ expr: `${rate(`tessera_retries_total{${OURS}}`)} / ${STEPS}`, legend: 'failures' }],
          warn: 0.01,
          bad: 0.05,
        },
        {
          kind: 'stat',
          title: 'Tile-steps a second',
          description: 'What all nodes together get done.',
          unit: 'none',
          queries: [{ expr: STEPS, legend: 'tile-steps/s' }],
        },
        {
          kind: 'stat',
          title: 'Time left',
          description: 'Until all jobs that run or wait are done, at the present speed.',
          unit: 'dtdurations',
          queries: [{ expr: `max(tessera_pending_tile_steps{${OURS}}) / ${STEPS}`, legend: 'left' }],
        },
      ],
    },
    {
      title: 'What limits throughput?',
      panels: [
        {
          kind: 'time',
          title: 'Devices busy',
          description:
            'Share of the ready devices that compute for us. Near 100 %: more nodes make it faster. Lower with tasks queued: the coordinator or the network is the limit. Lower with none queued: tiles wait for one another or for guides.',
          unit: 'percentunit',
          queries: [
            {
              expr: `${rate(`tessera_device_busy_seconds_total{${OURS}}`)} / ${DEVICES}`,
              legend: 'busy',
            },
          ],
        },
        {
          kind: 'time',
          title: 'Where a tile-step spends its time',
          description:
            'Means. Ready wait: for a node. Guide wait: for frames of the level above (of those tiles that had to). Then preparing the request, the call itself, and taking the answer in.',
          unit: 's',
          queries: [
            { expr: mean('tessera_guide_wait_seconds', OURS), legend: 'guide wait' },
            { expr: mean('tessera_ready_wait_seconds', `${OURS}, task="tile-step"`), legend: 'ready wait' },
            { expr: mean('tessera_dispatch_seconds', `${OURS}, method="denoise"`), legend: 'dispatch' },
            { expr: mean('tessera_rpc_seconds', `${OURS}, method="denoise"`), legend: 'call' },
            { expr: mean('tessera_apply_seconds', `${OURS}, method="denoise"`), legend: 'apply' },
          ],
        },
        {
          kind: 'time',
          title: 'Tasks queued',
          description: 'Tasks that could run now and wait for a node.',
          unit: 'none',
          queries: [{ expr: `sum by (task) (tessera_queued_tasks{${OURS}})`, legend: '{{task}}' }],
          stacked: true,
        },
      ],
    },
    {
      title: 'The coordinator itself',
      panels: [
        {
          kind: 'time',
          title: 'Batch fill',
          description:
            'Tasks in a batch over the most that it could hold. Low with tasks queued would be a fault.',
          unit: 'percentunit',
          queries: [{ expr: mean('tessera_batch_fill_ratio', OURS, 'method'), legend: '{{method}}' }],
        },
        {
          kind: 'time',
          title: 'Event loop lag',
          description:
            'How late the event loop is, 99th percentile. Above 100 ms the coordinator holds up the farm.',
          unit: 's',
          queries: [
            { expr: `max by (instance) (nodejs_eventloop_lag_p99_seconds{${OURS}})`, legend: '{{instance}}' },
          ],
        },
        {
          kind: 'time',
          title: 'Processor',
          description: 'Processor seconds a second. It works on one core: near 1 it is the limit.',
          unit: 'none',
          queries: [{ expr: rate(`process_cpu_seconds_total{${OURS}}`, 'instance'), legend: '{{instance}}' }],
        },
        {
          kind: 'time',
          title: 'Memory',
          description: 'Latents of running jobs, pictures being written, and the runtime.',
          unit: 'bytes',
          queries: [
            { expr: `sum by (instance) (process_resident_memory_bytes{${OURS}})`, legend: '{{instance}}' },
          ],
        },
      ],
    },
    {
      title: 'Who asks it for what',
      panels: [
        {
          kind: 'time',
          title: 'Calls of the API',
          description: 'A second, streams when they end. What is asked most, over gRPC and HTTP.',
          unit: 'none',
          queries: [
            { expr: `topk(8, ${rate(`tessera_api_calls_total{${OURS}}`, 'call')})`, legend: '{{call}}' },
          ],
        },
        {
          kind: 'time',
          title: 'How they end',
          description:
            'A second. OK, 2xx and CANCELLED are as it should be; RESOURCE_EXHAUSTED and 429 are limits at work, INTERNAL and 500 a fault.',
          unit: 'none',
          queries: [
            { expr: rate(`tessera_api_calls_total{${OURS}}`, 'api', 'status'), legend: '{{api}} {{status}}' },
          ],
        },
        {
          kind: 'time',
          title: 'Time to their answers',
          description:
            '99th percentile. Above 100 ms with the event loop late: the coordinator has too much to do.',
          unit: 's',
          queries: [{ expr: quantile(0.99, 'tessera_api_call_seconds', OURS, 'api'), legend: '{{api}}' }],
        },
      ],
    },
    {
      title: 'What goes wrong',
      panels: [
        {
          kind: 'time',
          title: 'Failures by cause',
          description: 'Failed attempts at tasks a second. Codes: docs/operations.md.',
          unit: 'none',
          queries: [{ expr: rate(`tessera_retries_total{${OURS}}`, 'code'), legend: '{{code}}' }],
        },
        {
          kind: 'time',
          title: 'Nodes set aside, by cause',
          description: 'Times an hour.',
          unit: 'none',
          queries: [
            {
              expr: `3600 * ${rate(`tessera_nodes_set_aside_total{${OURS}}`, 'code')}`,
              legend: '{{code}}',
            },
          ],
        },
        {
          kind: 'time',
          title: 'Guide frames',
          description:
            'Published and asked for again, a second. Many asked again: the bus forgets too soon (its bound is too low).',
          unit: 'none',
          queries: [
            { expr: rate(`tessera_guide_frames_published_total{${OURS}}`), legend: 'published' },
            { expr: rate(`tessera_guide_frames_lost_total{${OURS}}`), legend: 'asked again' },
          ],
        },
        {
          kind: 'time',
          title: 'NATS',
          description: '1 while it answers.',
          unit: 'none',
          queries: [{ expr: 'min by (instance) (tessera_nats_connected)', legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'What is sent and kept',
      panels: [
        {
          kind: 'time',
          title: 'Batches in flight, and races',
          description:
            'Sent to nodes and not answered: two a node keep it busy. A race, here a second: a node that has nothing left is given what another is late with.',
          unit: 'none',
          queries: [
            { expr: `sum(tessera_batches_in_flight{${OURS}})`, legend: 'in flight' },
            { expr: rate(`tessera_races_total{${OURS}}`), legend: 'races' },
          ],
        },
        {
          kind: 'time',
          title: 'Tasks in a batch',
          description: 'Mean.',
          unit: 'none',
          queries: [{ expr: mean('tessera_batch_tasks', OURS, 'method'), legend: '{{method}}' }],
        },
        {
          kind: 'time',
          title: 'Guide frames on the bus',
          description: 'Bytes published a second; each is fetched by every node that needs it.',
          unit: 'Bps',
          queries: [{ expr: rate(`tessera_guide_frame_bytes_total{${OURS}}`), legend: 'published' }],
        },
        {
          kind: 'time',
          title: 'Size of a checkpoint',
          description: 'Mean.',
          unit: 'bytes',
          queries: [{ expr: mean('tessera_checkpoint_bytes', OURS), legend: 'checkpoint' }],
        },
      ],
    },
    {
      title: 'Jobs',
      panels: [
        {
          kind: 'time',
          title: 'Jobs by state',
          description: 'Jobs that have not ended.',
          unit: 'none',
          queries: [
            {
              expr: `max by (state) (tessera_jobs{${OURS}, state=~"queued|running|paused"})`,
              legend: '{{state}}',
            },
          ],
          stacked: true,
        },
        {
          kind: 'time',
          title: 'Tile-steps pending',
          description: 'Of running and queued jobs. What KEDA scales nodes by.',
          unit: 'short',
          queries: [{ expr: `max(tessera_pending_tile_steps{${OURS}})`, legend: 'pending' }],
        },
        {
          kind: 'time',
          title: 'Checkpoints',
          description:
            'How long they take (95th percentile; answers wait meanwhile), and how old the oldest is.',
          unit: 's',
          queries: [
            { expr: quantile(0.95, 'tessera_checkpoint_seconds', OURS), legend: 'duration' },
            { expr: `max(tessera_checkpoint_age_seconds{${OURS}})`, legend: 'age' },
          ],
        },
        {
          kind: 'time',
          title: 'Output',
          description: 'Bytes of finished pictures a second.',
          unit: 'Bps',
          queries: [{ expr: rate(`tessera_output_bytes_total{${OURS}}`), legend: 'output' }],
        },
      ],
    },
  ],
};
