import type { CoordinatorObserver } from '@tessera/coordinator';
import type { NodeObserver } from '@tessera/gpu-node';

/** Spans of one process on their way to a collector. */
export interface Tracing {
  readonly coordinator: CoordinatorObserver;
  readonly node: NodeObserver;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** What a process calls itself in its spans, where OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say nothing else. */
export interface TracedService {
  readonly role: string;
  readonly name: string;
  readonly version: string;
}
