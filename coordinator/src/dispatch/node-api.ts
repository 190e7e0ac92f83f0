import type {
  DecodeRequest,
  DecodeResponse,
  DenoiseRequest,
  DenoiseResponse,
  DescribeResponse,
  LoadedBundle,
  RunRequest,
  RunResponse,
} from '@tessera/proto';

/** Bounds of one call. */
export interface CallOptions {
  /** Seconds after which the call fails with TESSERA_DEADLINE. */
  readonly seconds: number;
  /** Ends the call with TESSERA_CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** Wait for the connection instead of failing at once with TESSERA_NODE_UNAVAILABLE while there is none. */
  readonly waitForReady?: boolean;
  /** Metadata that goes along: keys in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `tessera.v1.Node` as the coordinator calls it: promises that reject with coded errors. */
export interface NodeApi {
  /** host:port. */
  readonly address: string;
  describe(options: CallOptions): Promise<DescribeResponse>;
  denoise(request: DenoiseRequest, options: CallOptions): Promise<DenoiseResponse>;
  decode(request: DecodeRequest, options: CallOptions): Promise<DecodeResponse>;
  run(request: RunRequest, options: CallOptions): Promise<RunResponse>;
  /** Has the node fetch and load a bundle, by its digest, and gives what it says of it then. */
  loadBundle(bundle: string, options: CallOptions): Promise<LoadedBundle>;
  /** Asks the node to finish what it has and to end. */
  drain(options: CallOptions): Promise<void>;
  /** Ends the calls under way: they fail with TESSERA_NODE_UNAVAILABLE. */
  abandon(): void;
  /** Closes the connection; calls under way fail. */
  close(): void;
}
