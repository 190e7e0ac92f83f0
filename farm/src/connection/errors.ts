import { JetStreamApiError } from '@nats-io/jetstream';
import { TesseraError } from '@tessera/tiler';

/** Numbers of nats-server's errors.json that are answers rather than faults. */
const STREAM_NOT_FOUND = 10059;
const CONSUMER_NOT_FOUND = 10014;
const NAME_IN_USE = 10058;
/** Errors of the client for a subject that no stream takes. */
const ABSENT = ['NoResponders', 'JetStreamNotEnabled', 'StreamNotFoundError'];
const WRONG_LAST_SEQUENCE = [10071, 10164];
const UNAVAILABLE = 10008;
/** "maximum bytes exceeded", "maximum messages per subject exceeded" ...: the store refused the message. */
const STORE_FAILED = 10077;
const INSUFFICIENT_RESOURCES = [10023, 10047, 10028];

function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

/** True if what was written to has been changed by another since it was read. */
export function isWrongRevision(error: unknown): boolean {
  const code = apiCode(error);
  return code !== undefined && WRONG_LAST_SEQUENCE.includes(code);
}

/** True if a stream of that name and another configuration is there. */
export function isNameInUse(error: unknown): boolean {
  return apiCode(error) === NAME_IN_USE;
}

/** True if a stream, bucket or consumer is not there (any more): a server that restarted forgets what was in memory. */
export function isGone(error: unknown): boolean {
  const code = apiCode(error);
  if (code === STREAM_NOT_FOUND || code === CONSUMER_NOT_FOUND) return true;
  return causes(error).some(({ name }) => ABSENT.includes(name));
}

/** True if a stream is at one of its bounds. */
export function isFull(error: unknown): boolean {
  const code = apiCode(error);
  return code !== undefined && (code === STORE_FAILED || INSUFFICIENT_RESOURCES.includes(code));
}

/** True if a stream refused a message because it holds one of that subject already. */
export function isHeldAlready(error: unknown): boolean {
  return apiCode(error) === STORE_FAILED && /per subject/.test((error as Error).message);
}

/** True if the server did not answer in time or says that it cannot now: asking again may help. */
export function isPassing(error: unknown): boolean {
  return apiCode(error) === UNAVAILABLE || causes(error).some(({ name }) => name === 'TimeoutError');
}

/** What the client threw as TESSERA_NATS_UNAVAILABLE; an error of ours stays as it is. */
export function natsError(doing: string, error: unknown): TesseraError {
  if (error instanceof TesseraError) return error;
  const text = error instanceof Error ? error.message || error.name : String(error);
  return new TesseraError('TESSERA_NATS_UNAVAILABLE', `NATS: ${doing}: ${text}`, { cause: error });
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}
