import type { TransferListItem } from 'node:worker_threads';
import type { Bundle } from '../bundle/open-bundle.js';
import type { ReportStore } from '../probe/kept-reports.js';
import type { DeviceCalls, ProbeReport } from '../worker/protocol.js';

/** What a node computes with. */
export interface NodeDevice {
  /** Loads, warms up and measures a bundle, unless `kept` has what was measured; `batch` fixes the rows of a run. */
  load(bundle: Bundle, batch: number | undefined, kept: ReportStore): Promise<ProbeReport>;
  /** Computes, after the calls before. The buffers in `transfer` are its own from then on. Rejects with coded errors. */
  call<N extends 'denoise' | 'decode' | 'run'>(
    name: N,
    request: DeviceCalls[N]['request'],
    transfer: readonly TransferListItem[],
    signal: AbortSignal,
  ): Promise<DeviceCalls[N]['reply']>;
  /** Ends it once what it has been asked is done. */
  close(): Promise<void>;
}
