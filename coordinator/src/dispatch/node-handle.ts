import type { LoadedBundle, Work } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { type CallOptions, NodeConnection } from './node-connection.js';

/** Seconds a node may take to answer the first question. */
const CONNECT_SECONDS = 30;

/** A node as one job sees it: its connection, what it said of itself, and what it has done for the job. */
export class NodeHandle {
  /** Batches sent and not answered. */
  inFlight = 0;
  /** Contexts (by hex digest) the node has been sent and is believed to hold. */
  readonly contexts = new Set<string>();
  tileSteps = 0;
  batches = 0;
  batchTiles = 0;
  busySeconds = 0;
  evaluations = { denoiser: 0, decoder: 0, encoder: 0 };

  private constructor(
    readonly connection: NodeConnection,
    readonly name: string,
    readonly bundle: LoadedBundle,
    /** Most tiles a request holds. */
    readonly batch: number,
  ) {}

  /**
   * Connects and asks what the node is. Throws TESSERA_NODE_UNAVAILABLE or TESSERA_DEADLINE if it does not answer,
   * TESSERA_BUNDLE_UNKNOWN if it has not loaded the bundle. `batch` overrides what the node measured.
   */
  static async connect(
    address: string,
    digest: string,
    options: { batch?: number | undefined; signal?: AbortSignal | undefined },
  ) {
    const connection = new NodeConnection(address);
    try {
      const description = await connection.describe({ seconds: CONNECT_SECONDS, signal: options.signal });
      const bundle = description.bundles.find((loaded) => loaded.digest === digest);
      if (bundle === undefined) {
        const loaded = description.bundles.map(({ name }) => name).join(', ') || 'none';
        throw new TesseraError(
          'TESSERA_BUNDLE_UNKNOWN',
          `Expected node ${description.name} to have bundle ${digest.slice(0, 12)} but it has ${loaded}`,
        );
      }
      return new NodeHandle(
        connection,
        description.name || address,
        bundle,
        options.batch ?? Math.max(1, bundle.batch),
      );
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Generous bounds for a call of `tiles` tiles: a slow answer is better than a repeated one. */
  callOptions(tiles: number, evaluationsPerTile: number, signal: AbortSignal): CallOptions {
    const expected = this.bundle.secondsPerEvaluation * tiles * evaluationsPerTile;
    return { seconds: 60 + 20 * expected, signal };
  }

  /** Adds what a call cost. */
  account(work: Work | undefined, tiles: number): void {
    this.batches++;
    this.batchTiles += tiles;
    if (work === undefined) return;
    this.busySeconds += work.deviceSeconds;
    this.evaluations.denoiser += work.denoiser;
    this.evaluations.decoder += work.decoder;
    this.evaluations.encoder += work.encoder;
  }
}
