/**
 * The table of stable error codes. A code never changes its meaning; new ones are added at the end.
 *
 * `exit` is the exit code of the `tessera` command, `grpc` the status code of a failed call (gRPC's own numbers,
 * https://grpc.github.io/grpc/core/md_doc_statuscodes.html) and `http` that of a problem detail.
 */
export const ERROR_CODES = {
  TESSERA_BAD_ARGUMENT: {
    exit: 2,
    grpc: 3,
    http: 400,
    about: 'an option or field has a value that is not allowed',
  },
  TESSERA_BAD_BUNDLE: { exit: 2, grpc: 9, http: 422, about: 'a bundle breaks a rule of its format' },
  TESSERA_BUNDLE_DIGEST: {
    exit: 2,
    grpc: 9,
    http: 422,
    about: 'a file of a bundle is not the one its manifest names',
  },
  TESSERA_BUNDLE_ROLE: { exit: 2, grpc: 9, http: 422, about: 'the bundle has no graph for what was asked' },
  TESSERA_BUNDLE_UNKNOWN: {
    exit: 2,
    grpc: 9,
    http: 404,
    about: 'the node has not loaded the bundle of that digest',
  },
  TESSERA_PLAN_REFUSED: {
    exit: 2,
    grpc: 9,
    http: 422,
    about: 'the plan cannot be carried out or exceeds a limit',
  },
  TESSERA_BAD_IMAGE: { exit: 2, grpc: 3, http: 422, about: 'an image cannot be read' },
  TESSERA_BAD_GRID: { exit: 2, grpc: 3, http: 422, about: 'an embedding grid has the wrong shape or values' },
  TESSERA_OUTPUT_EXISTS: { exit: 2, grpc: 6, http: 409, about: 'the output is there already' },
  TESSERA_OUTPUT_UNWRITABLE: { exit: 2, grpc: 9, http: 422, about: 'the output cannot be written' },
  TESSERA_DISK_FULL: { exit: 3, grpc: 8, http: 507, about: 'no space is left on the device' },
  TESSERA_STATE_MISMATCH: { exit: 2, grpc: 9, http: 409, about: 'the saved state belongs to other settings' },
  TESSERA_BAD_STATE: { exit: 3, grpc: 15, http: 500, about: 'the saved state is damaged' },
  TESSERA_NOT_FINITE: { exit: 3, grpc: 15, http: 500, about: 'a graph answered NaN or Inf' },
  TESSERA_GRAPH_FAILED: { exit: 3, grpc: 13, http: 500, about: 'ONNX Runtime failed to evaluate a graph' },
  TESSERA_WORKER_DIED: { exit: 3, grpc: 14, http: 503, about: 'the thread that owns the device ended' },
  TESSERA_DEVICE_UNAVAILABLE: {
    exit: 2,
    grpc: 9,
    http: 422,
    about: 'the execution provider or device is not there',
  },
  TESSERA_PORT_IN_USE: { exit: 2, grpc: 6, http: 409, about: 'the address is taken by another process' },
  TESSERA_NODE_UNAVAILABLE: { exit: 3, grpc: 14, http: 503, about: 'a node does not answer' },
  TESSERA_DEADLINE: { exit: 3, grpc: 4, http: 504, about: 'an answer did not come in time' },
  TESSERA_TILE_FAILED: { exit: 3, grpc: 13, http: 500, about: 'a tile failed on every node' },
  TESSERA_CANCELLED: { exit: 130, grpc: 1, http: 499, about: 'stopped on request' },
  TESSERA_INTERNAL: { exit: 1, grpc: 13, http: 500, about: 'a fault of Tessera itself' },
  TESSERA_OUTPUT_BUSY: { exit: 2, grpc: 10, http: 409, about: 'another process writes the output' },
  TESSERA_NATS_UNAVAILABLE: { exit: 3, grpc: 14, http: 503, about: 'NATS or its JetStream does not answer' },
  TESSERA_BAD_MESSAGE: { exit: 3, grpc: 3, http: 400, about: 'a message or record on NATS is malformed' },
  TESSERA_NODE_UNKNOWN: {
    exit: 2,
    grpc: 5,
    http: 404,
    about: 'no node of that name or address is on the farm',
  },
  TESSERA_NODE_EXISTS: { exit: 2, grpc: 6, http: 409, about: 'another living node has that name' },
  TESSERA_JOB_UNKNOWN: { exit: 2, grpc: 5, http: 404, about: 'there is no job of that id' },
  TESSERA_JOB_EXISTS: { exit: 2, grpc: 6, http: 409, about: 'a job of that id asks for something else' },
  TESSERA_JOB_STATE: { exit: 2, grpc: 9, http: 409, about: 'the state of the job does not allow it' },
  TESSERA_JOB_LOST: { exit: 3, grpc: 10, http: 409, about: 'another coordinator owns the job by now' },
  TESSERA_QUEUE_FULL: { exit: 2, grpc: 8, http: 429, about: 'the queue holds as many jobs as it may' },
  TESSERA_COORDINATOR_UNAVAILABLE: { exit: 3, grpc: 14, http: 503, about: 'a coordinator does not answer' },
  TESSERA_INPUT_MISSING: {
    exit: 3,
    grpc: 9,
    http: 500,
    about: 'a node did not find a context or a guide frame that a tile needs',
  },
  TESSERA_UNAUTHENTICATED: {
    exit: 2,
    grpc: 16,
    http: 401,
    about: 'a bearer token or certificate is missing or not known',
  },
  TESSERA_FORBIDDEN: { exit: 2, grpc: 7, http: 403, about: 'the role of the caller does not allow it' },
  TESSERA_BAD_CREDENTIALS: {
    exit: 2,
    grpc: 9,
    http: 500,
    about: 'a certificate, key or file of tokens cannot be used',
  },
  TESSERA_EXPOSED: {
    exit: 2,
    grpc: 9,
    http: 500,
    about: 'it would be reachable from other machines without encryption or authentication',
  },
  TESSERA_NOT_FOUND: { exit: 2, grpc: 5, http: 404, about: 'there is nothing at that address' },
  TESSERA_TOO_LARGE: { exit: 2, grpc: 8, http: 413, about: 'a request is larger than it may be' },
  TESSERA_RATE_LIMITED: {
    exit: 3,
    grpc: 8,
    http: 429,
    about: 'the caller has asked too much in a short time',
  },
  TESSERA_METHOD_NOT_ALLOWED: {
    exit: 2,
    grpc: 12,
    http: 405,
    about: 'that address does not take the method',
  },
  TESSERA_OUTRANKED: {
    exit: 3,
    grpc: 10,
    http: 503,
    about: 'a node does work of higher priority for another coordinator',
  },
} as const;

/** One of the stable codes. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** True if `text` is one of the stable codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
