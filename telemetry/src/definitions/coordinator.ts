import { counter, each, gauge, growing, histogram, LABELS } from './metric.js';

/** What a call to a node, or a tile of its answer, fails with. Other codes are possible; they come when they come. */
const FAILURES = [
  'TESSERA_NODE_UNAVAILABLE',
  'TESSERA_DEADLINE',
  'TESSERA_INPUT_MISSING',
  'TESSERA_NOT_FINITE',
  'TESSERA_GRAPH_FAILED',
  'TESSERA_WORKER_DIED',
  'TESSERA_NATS_UNAVAILABLE',
  'TESSERA_BAD_ARGUMENT',
];

export const NODE_STATES = ['ready', 'aside', 'draining'];
export const JOB_STATES = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'];

const TASKS = each('task', LABELS.task.values);
const METHODS = each('method', ['denoise', 'decode']);

/** 1 ms to 4 minutes. */
const WAITS = growing(0.001, 4, 10);
/** 0.1 ms to 1.6 s: what should be short. */
const MOMENTS = growing(0.0001, 4, 8);
/** 1 ms to a minute. */
const CALLS = growing(0.001, 2, 17);

/** Metrics of a coordinator. Tile-steps are the unit of its work: one step of one tile. */
export const COORDINATOR = {
  tileSteps: counter(
    'tessera_tile_steps_total',
    'Tile-steps applied, each once, whatever was tried again.',
    ['level'],
    each('level', ['0']),
  ),
  windows: counter('tessera_windows_total', 'Windows of pictures decoded and taken.'),
  evaluations: counter(
    'tessera_evaluations_total',
    'Graph evaluations that nodes answered for: each half of a guided pair counts one.',
    ['graph'],
    each('graph', ['denoiser', 'decoder', 'encoder']),
  ),
  deviceBusy: counter(
    'tessera_device_busy_seconds_total',
    'Seconds that devices computed for this coordinator, as the nodes report them.',
  ),
  pendingTileSteps: gauge(
    'tessera_pending_tile_steps',
    'Tile-steps that running and queued jobs of the farm have still to do: what more nodes would shorten.',
  ),
  queuedTasks: gauge('tessera_queued_tasks', 'Tasks that could run now and wait for a node.', [
    'task',
    'level',
  ]),
  batchesInFlight: gauge('tessera_batches_in_flight', 'Batches sent to nodes and not answered.'),
  stepLag: gauge(
    'tessera_step_lag_steps',
    'Steps between the most and the least advanced cell of a level of a running job.',
    ['place', 'level'],
  ),
  readyWait: histogram(
    'tessera_ready_wait_seconds',
    'How long a task that could run waited for a node.',
    WAITS,
    ['task'],
    TASKS,
  ),
  guideWait: histogram(
    'tessera_guide_wait_seconds',
    'How long a task whose cells were there waited for guide frames of the level above; those that did not wait are not counted.',
    WAITS,
  ),
  batchTasks: histogram(
    'tessera_batch_tasks',
    'Tasks in a batch; its count is the batches.',
    growing(1, 2, 8),
    ['method'],
    METHODS,
  ),
  batchFill: histogram(
    'tessera_batch_fill_ratio',
    'Tasks in a batch over the most that it could hold.',
    [0.125, 0.25, 0.5, 0.75, 0.999, 1],
    ['method'],
    METHODS,
  ),
  dispatch: histogram(
    'tessera_dispatch_seconds',
    'From taking a batch off the queue to handing its request to gRPC.',
    MOMENTS,
    ['method'],
    METHODS,
  ),
  rpc: histogram(
    'tessera_rpc_seconds',
    "From handing a request to gRPC to the node's answer; calls that failed are not counted.",
    CALLS,
    ['method'],
    METHODS,
  ),
  apply: histogram(
    'tessera_apply_seconds',
    'From an answer to its being a part of the job: waits while a checkpoint is saved.',
    MOMENTS,
    ['method'],
    METHODS,
  ),
  races: counter('tessera_races_total', 'Batches sent to a second node because the first was behind.'),
  retries: counter(
    'tessera_retries_total',
    'Failures of a task on a node, by their cause; each is tried again unless it has failed on every node.',
    ['code'],
    each('code', FAILURES),
  ),
  calls: counter(
    'tessera_api_calls_total',
    'Calls of the API that are over, by how: refused, failed and cancelled ones too.',
    ['api', 'call', 'status'],
    ['OK', 'INTERNAL'].map((status) => ({ api: 'grpc', call: 'Submit', status })),
  ),
  callSeconds: histogram(
    'tessera_api_call_seconds',
    'From the arrival of a call of the API to its answer; streams, which last as long as their readers like, are not counted.',
    CALLS,
    ['api', 'call'],
    [{ api: 'grpc', call: 'Submit' }],
  ),
  nodes: gauge('tessera_nodes', 'Nodes in the farm, by what they do.', ['state']),
  setAside: counter(
    'tessera_nodes_set_aside_total',
    'Times that a node was set aside, by the cause.',
    ['code'],
    each('code', FAILURES),
  ),
  framesPublished: counter('tessera_guide_frames_published_total', 'Guide frames decoded and published.'),
  frameBytes: counter('tessera_guide_frame_bytes_total', 'Bytes of the guide frames published.'),
  framesLost: counter(
    'tessera_guide_frames_lost_total',
    'Guide frames that a node did not find on the bus, so that they are asked for again.',
  ),
  jobs: gauge('tessera_jobs', 'Jobs of the farm on record, by state.', ['state']),
  jobsEnded: counter(
    'tessera_jobs_ended_total',
    'Jobs of the farm that ended since the start of the process.',
    ['state'],
    each('state', ['done', 'failed', 'cancelled']),
  ),
  jobInfo: gauge('tessera_job_info', 'The job in a place: 1.', ['place', 'bundle', 'priority']),
  jobStart: gauge('tessera_job_start_time_seconds', 'When the job in a place was taken up, since 1970.', [
    'place',
  ]),
  jobTileSteps: gauge('tessera_job_tile_steps', 'Tile-steps that the job in a place has done.', ['place']),
  jobTileStepsPlanned: gauge('tessera_job_tile_steps_planned', 'Tile-steps of the job in a place in all.', [
    'place',
  ]),
  jobWindows: gauge('tessera_job_windows', 'Windows of its picture that the job in a place has decoded.', [
    'place',
  ]),
  jobWindowsPlanned: gauge(
    'tessera_job_windows_planned',
    'Windows of its picture that the job in a place needs.',
    ['place'],
  ),
  jobDeviceBusy: gauge(
    'tessera_job_device_busy_seconds',
    'Seconds that devices have computed for the job in a place since it was taken up.',
    ['place'],
  ),
  checkpointAge: gauge(
    'tessera_checkpoint_age_seconds',
    'Seconds since the job in a place was saved: what a crash would make it do again.',
    ['place'],
  ),
  checkpoint: histogram('tessera_checkpoint_seconds', 'How long a checkpoint took.', growing(0.01, 2, 12)),
  checkpointBytes: histogram('tessera_checkpoint_bytes', 'Size of a checkpoint.', growing(65536, 8, 7)),
  outputBytes: counter('tessera_output_bytes_total', 'Bytes of finished pictures.'),
} as const;
