import type { TesseraError } from '@tessera/tiler';
import type { LoadedBundle } from '../service/loaded-bundles.js';
import type { DeviceWork } from '../worker/protocol.js';

/** Metadata that came with a call: a value by its key in lower case. */
export type Headers = (key: string) => string | undefined;

export type Method = 'denoise' | 'decode' | 'run';

/**
 * What a node tells those who watch it: metrics, traces, logs. None of its methods may throw. The node knows nothing of what
 * becomes of it.
 */
export interface NodeObserver {
  /** A bundle was loaded, warmed up and measured in so many seconds. */
  bundle(bundle: LoadedBundle, seconds: number): void;
  /** The device's thread is ready for work; or it ended, for a reason, and is started again. */
  device(ready: boolean, reason?: TesseraError): void;
  /** A call has come in. */
  call(method: Method, tiles: number, headers: Headers): CallObserver;
}

/** One call under way. */
export interface CallObserver {
  /** Contexts and guides have been found, or not: what is not there is asked for. */
  gathered(): void;
  /** The device has computed. */
  computed(work: DeviceWork): void;
  /** The answer goes out, or the error. */
  ended(error?: TesseraError): void;
}

const nothing = () => {};

const UNOBSERVED_CALL: CallObserver = { gathered: nothing, computed: nothing, ended: nothing };

/** Nobody watches. */
export const UNOBSERVED: NodeObserver = { bundle: nothing, device: nothing, call: () => UNOBSERVED_CALL };
