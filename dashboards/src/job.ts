import type { DashboardSpec } from './dashboard.js';
import { rate } from './queries.js';

const OURS = 'instance=~"$coordinator", place=~"$place"';
const DONE = `sum by (instance, place) (tessera_job_tile_steps{${OURS}})`;
const PLANNED = `sum by (instance, place) (tessera_job_tile_steps_planned{${OURS}})`;
const BUSY = `sum by (instance, place) (tessera_job_device_busy_seconds{${OURS}})`;
/** Gauges, but they only grow until the place is another job's. */
const SPEED = rate(`tessera_job_tile_steps{${OURS}}`, 'instance', 'place');
const PLACE = 'place {{place}}';

/** When will a job end, and what does it cost? Jobs are told apart by place: see docs/metrics.md. */
export const JOB: DashboardSpec = {
  uid: 'tessera-job',
  title: 'Job',
  description:
    'When a running job will end and what it costs. Jobs are told apart by the place that they hold while they run; the log says which job has which: `job started`.',
  choices: [
    { name: 'coordinator', label: 'Coordinator', query: 'label_values(tessera_jobs, instance)' },
    { name: 'place', label: 'Place', query: 'label_values(tessera_job_info, place)' },
  ],
  rows: [
    {
      title: 'When will it end, and what does it cost?',
      panels: [
        {
          kind: 'stat',
          title: 'What runs',
          description: 'Bundle and priority of the job in each place.',
          unit: 'none',
          queries: [
            {
              expr: `max by (instance, place, bundle, priority) (tessera_job_info{${OURS}})`,
              legend: '{{place}}: {{bundle}}, priority {{priority}}',
            },
          ],
          text: true,
        },
        {
          kind: 'stat',
          title: 'Done',
          description: 'Tile-steps done of all. Decoding the picture comes at the end, when nearly all are.',
          unit: 'percentunit',
          queries: [{ expr: `${DONE} / ${PLANNED}`, legend: PLACE }],
        },
        {
          kind: 'stat',
          title: 'Time left',
          description: 'For its tile-steps, at its present speed.',
          unit: 'dtdurations',
          queries: [{ expr: `(${PLANNED} - ${DONE}) / ${SPEED}`, legend: PLACE }],
        },
        {
          kind: 'stat',
          title: 'Device-seconds so far',
          description: 'Seconds that devices have computed for it since it was taken up (again).',
          unit: 's',
          queries: [{ expr: BUSY, legend: PLACE }],
        },
        {
          kind: 'stat',
          title: 'Device-seconds at the end',
          description:
            'What it will have cost, if the rest costs as much for each tile-step as what is done. Too low for a job that went on after a restart: what it did before counts as free.',
          unit: 's',
          queries: [{ expr: `${BUSY} * ${PLANNED} / ${DONE}`, legend: PLACE }],
        },
        {
          kind: 'stat',
          title: 'Checkpoint',
          description: 'How old the last is: what a crash would make it do again.',
          unit: 's',
          queries: [
            { expr: `max by (instance, place) (tessera_checkpoint_age_seconds{${OURS}})`, legend: PLACE },
          ],
          warn: 60,
          bad: 300,
        },
      ],
    },
    {
      title: 'How it goes',
      panels: [
        {
          kind: 'time',
          title: 'Progress',
          description: 'Tile-steps done, and windows of the picture decoded.',
          unit: 'percentunit',
          queries: [
            { expr: `${DONE} / ${PLANNED}`, legend: 'tile-steps, place {{place}}' },
            {
              expr: `sum by (instance, place) (tessera_job_windows{${OURS}}) / sum by (instance, place) (tessera_job_windows_planned{${OURS}})`,
              legend: 'windows, place {{place}}',
            },
          ],
        },
        {
          kind: 'time',
          title: 'Tile-steps a second',
          description: 'Its share of the farm: jobs of one priority take turns, batch by batch.',
          unit: 'none',
          queries: [{ expr: SPEED, legend: PLACE }],
        },
        {
          kind: 'time',
          title: 'Devices at work for it',
          description: 'Device-seconds a second.',
          unit: 'none',
          queries: [
            {
              expr: rate(`tessera_job_device_busy_seconds{${OURS}}`, 'instance', 'place'),
              legend: PLACE,
            },
          ],
        },
      ],
    },
    {
      title: 'Where it waits',
      panels: [
        {
          kind: 'time',
          title: 'Step lag',
          description:
            'Steps between the most and the least advanced cell of a level. Large: one region is held up, by a slow node or by failures. Never above 1 in lockstep (`--barrier`).',
          unit: 'none',
          queries: [
            {
              expr: `max by (place, level) (tessera_step_lag_steps{${OURS}})`,
              legend: 'place {{place}}, level {{level}}',
            },
          ],
        },
        {
          kind: 'time',
          title: 'Age',
          description: 'Since it was taken up.',
          unit: 'dtdurations',
          queries: [
            {
              expr: `time() - max by (instance, place) (tessera_job_start_time_seconds{${OURS}})`,
              legend: PLACE,
            },
          ],
        },
        {
          kind: 'time',
          title: 'Tasks queued, all jobs',
          description:
            'By level, 0 the finest. None: what is left waits for tiles that are being done, or for guides.',
          unit: 'none',
          queries: [
            {
              expr: 'sum by (task, level) (tessera_queued_tasks{instance=~"$coordinator"})',
              legend: '{{task}}, level {{level}}',
            },
          ],
          stacked: true,
        },
      ],
    },
  ],
};
