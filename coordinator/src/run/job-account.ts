import type { Work } from '@tessera/proto';

/** What one node has done for a job. */
export interface NodeAccount {
  tileSteps: number;
  batches: number;
  batchTiles: number;
  busySeconds: number;
}

/** What a job has cost so far, in all and by node. */
export class JobAccount {
  readonly evaluations = { denoiser: 0, decoder: 0, encoder: 0 };
  readonly #nodes = new Map<string, NodeAccount>();

  /** By node name, in the order of their first batch. */
  get nodes(): ReadonlyMap<string, NodeAccount> {
    return this.#nodes;
  }

  /** Device seconds of all nodes. */
  get busySeconds(): number {
    let seconds = 0;
    for (const node of this.#nodes.values()) seconds += node.busySeconds;
    return seconds;
  }

  /** A node has answered a batch of so many tiles. */
  add(node: string, work: Work | undefined, tiles: number): void {
    const account = this.#of(node);
    account.batches++;
    account.batchTiles += tiles;
    if (work === undefined) return;
    account.busySeconds += work.deviceSeconds;
    this.evaluations.denoiser += work.denoiser;
    this.evaluations.decoder += work.decoder;
    this.evaluations.encoder += work.encoder;
  }

  /** A tile-step of a node was applied. */
  addTileStep(node: string): void {
    this.#of(node).tileSteps++;
  }

  #of(name: string): NodeAccount {
    let account = this.#nodes.get(name);
    if (account === undefined) {
      account = { tileSteps: 0, batches: 0, batchTiles: 0, busySeconds: 0 };
      this.#nodes.set(name, account);
    }
    return account;
  }
}
