import {
  type CoordinatorObserver,
  type Farm,
  type JobBoard,
  type ObserveCall,
  together,
} from '@tessera/coordinator';
import type { Logger } from 'pino';
import { CoordinatorLog } from '../log/coordinator-log.js';
import { CoordinatorMetrics } from '../metrics/coordinator-metrics.js';
import type { Exposition } from '../metrics/exposition.js';
import type { Tracing } from '../trace/tracing.js';

/** What becomes of what a coordinator tells. */
export interface CoordinatorTelemetry {
  /** For the farm. */
  readonly observer: CoordinatorObserver;
  /** For the servers of the API. */
  readonly observeCall: ObserveCall;
  /** What the metrics look at when they are scraped. */
  watch(farm: Farm, board: JobBoard): void;
}

/** Metrics, a log, and traces where there are any. */
export function coordinatorTelemetry(
  exposition: Exposition,
  log: Logger,
  tracing: Tracing | undefined,
): CoordinatorTelemetry {
  const metrics = new CoordinatorMetrics(exposition);
  const lines = new CoordinatorLog(log, (id) => metrics.placeOf(id));
  return {
    observer: together(metrics, lines, ...(tracing ? [tracing.coordinator] : [])),
    observeCall: (call) => metrics.call(call),
    watch: (farm, board) => metrics.watch(farm, board),
  };
}
