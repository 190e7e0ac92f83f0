/** A call of a coordinator's API that is over. */
export interface AnsweredCall {
  readonly api: 'grpc' | 'http';
  /** A method of `tessera.v1.Coordinator`, or a route of the HTTP API: there are no more of them than are served, and `other`. */
  readonly call: string;
  /** Name of the gRPC status, or number of the HTTP one. */
  readonly status: string;
  /** Seconds from its arrival to its answer; undefined where the answer is a stream, which lasts as long as its reader likes. */
  readonly seconds: number | undefined;
}

/** Is told of calls; has to be cheap, and may not throw. */
export type ObserveCall = (call: AnsweredCall) => void;
