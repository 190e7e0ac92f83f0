import type { NodeObserver } from '@tessera/gpu-node';
import type { FrameBus } from '@tessera/proto';
import type { Logger } from 'pino';
import { NodeLog } from '../log/node-log.js';
import type { Exposition } from '../metrics/exposition.js';
import { NodeMetrics } from '../metrics/node-metrics.js';
import { observedBus } from '../metrics/observed-bus.js';
import type { Tracing } from '../trace/tracing.js';
import { nodeObservers } from './node-observers.js';

/** What becomes of what a node tells. */
export interface NodeTelemetry {
  /** For the node. */
  readonly observer: NodeObserver;
  /** A bus whose frames are timed. */
  observe(bus: FrameBus): FrameBus;
}

/** Metrics, a log, and traces where there are any. */
export function nodeTelemetry(
  node: { readonly name: string; readonly device: string },
  exposition: Exposition,
  log: Logger,
  tracing: Tracing | undefined,
): NodeTelemetry {
  const metrics = new NodeMetrics(exposition, node);
  return {
    observer: nodeObservers([metrics, new NodeLog(log), ...(tracing ? [tracing.node] : [])]),
    observe: (bus) => observedBus(bus, metrics),
  };
}
