import { setTimeout as delay } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import {
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { TesseraError } from '@tessera/tiler';
import { Backoff } from './backoff.js';
import { natsError } from './errors.js';

/** How to reach NATS. All but `servers` and `name` go to the client as they are. */
export interface FarmConnectionOptions
  extends Pick<NodeConnectionOptions, 'token' | 'user' | 'pass' | 'tls'> {
  /** `nats://host:port`, one or several of a cluster. */
  servers: string | string[];
  /** What the server's own reports call this client. */
  name: string;
  /** Content of a credentials file: the user's JWT and the seed of its key. */
  creds?: Uint8Array;
  /** Subject below which answers come, `_INBOX` by default: one of a role's own keeps others from listening. */
  inboxPrefix?: string;
  /** How long to try before giving up the first time, ms. Once connected it tries for ever. 10,000 by default. */
  patience?: number;
}

/** Oldest server with all that is used: direct gets, and streams that refuse a second message of a subject. */
const OLDEST_SERVER = [2, 9] as const;
const FIRST_WAIT = 50;
const LONGEST_WAIT = 2000;
/** A server that is stopped rather than gone answers no pings: noticed after two of them, ms. */
const PING_INTERVAL = 5000;
/** What a clean end may take before the connection is cut, ms. */
const DRAIN_TIMEOUT = 2000;

/**
 * A connection to NATS with JetStream that comes back by itself, for ever, with growing waits. What was asked while
 * it was away fails with TESSERA_NATS_UNAVAILABLE after a few seconds; what listens is told on `onReconnect`.
 */
export class FarmConnection {
  readonly nats: NatsConnection;
  readonly #listeners = new Set<() => void>();
  #connected = true;
  #reconnected = Number.NEGATIVE_INFINITY;

  private constructor(nats: NatsConnection, backoff: Backoff) {
    this.nats = nats;
    void this.#follow(backoff);
  }

  /** Throws TESSERA_NATS_UNAVAILABLE if no server with JetStream answers within `patience`. */
  static async open(options: FarmConnectionOptions): Promise<FarmConnection> {
    const { patience = 10_000, creds, ...rest } = options;
    const backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
    const nats = await firstConnection(
      {
        ...rest,
        ...(creds && { authenticator: credsAuthenticator(creds) }),
        timeout: Math.min(patience, 5000),
        maxReconnectAttempts: -1,
        reconnectDelayHandler: () => backoff.next(),
        ignoreAuthErrorAbort: true,
        pingInterval: PING_INTERVAL,
        maxPingOut: 2,
      },
      patience,
    );
    try {
      checkVersion(nats);
      await jetstreamManager(nats);
    } catch (error) {
      await nats.close();
      throw natsError('JetStream', error);
    }
    return new FarmConnection(nats, backoff);
  }

  /** False while the server is away. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Milliseconds since the connection came back; infinite if it was never away. */
  get sinceReconnect(): number {
    return performance.now() - this.#reconnected;
  }

  /** Calls `listener` each time the connection has come back; the returned function stops that. */
  onReconnect(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends what is on its way and closes; cuts the connection where the server is not there to take it. */
  async close(): Promise<void> {
    if (this.nats.isClosed()) return;
    if (this.#connected) {
      const cut = new AbortController();
      const drained = this.nats.drain().catch(() => undefined);
      await Promise.race([
        drained,
        delay(DRAIN_TIMEOUT, undefined, { signal: cut.signal }).catch(() => undefined),
      ]);
      cut.abort();
    }
    await this.nats.close();
  }

  async #follow(backoff: Backoff): Promise<void> {
    for await (const { type } of this.nats.status()) {
      if (type === 'disconnect') this.#connected = false;
      if (type !== 'reconnect') continue;
      this.#connected = true;
      this.#reconnected = performance.now();
      backoff.reset();
      for (const listener of [...this.#listeners]) listener();
    }
    this.#connected = false;
  }
}

async function firstConnection(options: NodeConnectionOptions, patience: number): Promise<NatsConnection> {
  const last = performance.now() + patience;
  const backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
  for (;;) {
    try {
      return await connect(options);
    } catch (error) {
      const wait = backoff.next();
      const refused = (error as Error).name === 'AuthorizationError';
      if (refused || performance.now() + wait > last)
        throw natsError(`no connection to ${[options.servers].flat().join(', ')}`, error);
      await delay(wait);
    }
  }
}

function checkVersion({ info }: NatsConnection): void {
  const [major = 0, minor = 0] = (info?.version ?? '').split('.').map(Number);
  const [oldMajor, oldMinor] = OLDEST_SERVER;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return;
  const oldest = OLDEST_SERVER.join('.');
  throw TesseraError.expected('TESSERA_NATS_UNAVAILABLE', 'nats-server', `${oldest} or later`, info?.version);
}
