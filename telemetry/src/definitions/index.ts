export { COORDINATOR, JOB_STATES, NODE_STATES } from './coordinator.js';
export { documentMetrics } from './document.js';
export { LABELS, type Label, type Metric, type Metrics, type MetricType } from './metric.js';
export { NODE } from './node.js';
export { NATS, PROCESS, STANDARD } from './process.js';
