import { gauge } from './metric.js';

/** Metrics of every process that serves. */
export const PROCESS = {
  build: gauge('tessera_build_info', 'What is running: 1.', ['version', 'role', 'nodejs']),
} as const;

/** Metrics of a process that uses NATS. */
export const NATS = {
  connected: gauge('tessera_nats_connected', '1 while NATS answers, 0 while it is away.'),
} as const;

/** What prom-client adds of its own, as far as dashboards and alerts read it. */
export const STANDARD = {
  nodejs_eventloop_lag_p99_seconds: '99th percentile of how late the event loop was, since the last scrape.',
  nodejs_eventloop_lag_mean_seconds: 'Mean of the same.',
  process_cpu_seconds_total: 'Processor seconds, user and system.',
  process_resident_memory_bytes: 'Memory in use.',
  process_start_time_seconds: 'When the process started, since 1970.',
  nodejs_heap_size_used_bytes: "Memory in use by JavaScript's objects.",
  nodejs_gc_duration_seconds: 'Histogram of garbage collections, by `kind`.',
} as const;
