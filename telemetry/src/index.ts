export { type ProbeServer, type Probes, serveProbes } from './http/serve-probes.js';
export {
  LOG_LEVELS,
  type LogLevel,
  type LogOptions,
  logWarnings,
  openLog,
  withoutSecrets,
} from './log/open-log.js';
export { CoordinatorMetrics } from './metrics/coordinator-metrics.js';
export { type Build, Exposition } from './metrics/exposition.js';
export { watchNats } from './metrics/nats-metrics.js';
export { NodeMetrics } from './metrics/node-metrics.js';
export { observedBus } from './metrics/observed-bus.js';
export { type CoordinatorTelemetry, coordinatorTelemetry } from './observers/coordinator-telemetry.js';
export { type NodeTelemetry, nodeTelemetry } from './observers/node-telemetry.js';
export { type ServiceOptions, ServiceTelemetry } from './service-telemetry.js';
export { openTracing } from './trace/open-tracing.js';
export type { TracedService, Tracing } from './trace/tracing.js';
