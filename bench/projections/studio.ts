import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  defaultSettings,
  GridConditions,
  type JobPlan,
  NodeConnection,
  planJob,
  type RenderReport,
  type RenderSettings,
  renderJob,
} from '@tessera/coordinator';
import { type Bundle, openBundle, TesseraNode } from '@tessera/gpu-node';
import { DataType, InProcessFrameBus, Tensor } from '@tessera/proto';
import { type EmbeddingGrid, openPicture, PhiloxNoise } from '@tessera/tiler';

/** A finished job with what the metrics need of it. */
export interface Made {
  readonly plan: JobPlan;
  readonly report: RenderReport;
  /** What the level above showed in the end, 3,P,P in [-1, 1], where it is one tile; undefined without a level above. */
  readonly guide: Float32Array | undefined;
}

/** A node in this process, and jobs on it. */
export class Studio {
  readonly #node: TesseraNode;
  readonly #bus: InProcessFrameBus;
  readonly #connection: NodeConnection;

  private constructor(
    readonly bundle: Bundle,
    node: TesseraNode,
    bus: InProcessFrameBus,
  ) {
    this.#node = node;
    this.#bus = bus;
    this.#connection = new NodeConnection(node.address);
  }

  /** Loads the bundle in `dir` on so many threads. */
  static async open(dir: string, threads: number): Promise<Studio> {
    const bus = new InProcessFrameBus();
    const node = await TesseraNode.start({ bundles: [dir], listen: '127.0.0.1:0', threads, bus });
    return new Studio(await openBundle(dir), node, bus);
  }

  /** Renders to a PNG at `path`. */
  async render(
    settings: Partial<RenderSettings> & Pick<RenderSettings, 'width' | 'height' | 'seed'>,
    grid: EmbeddingGrid,
    path: string,
  ): Promise<Made> {
    const { manifest, digest } = this.bundle;
    const plan = planJob({ ...defaultSettings(manifest), ...settings }, manifest);
    const { width, height, seed } = settings;
    const info = { width, height, metersPerPixel: undefined, power: undefined, description: {}, quality: 90 };
    const workDir = await mkdtemp(join(dirname(path), 'partial-'));
    const above = aboveFinest(plan);
    try {
      const report = await renderJob(
        {
          id: randomUUID(),
          plan,
          bundle: digest,
          grid,
          openOutput: () => openPicture({ path, workDir, format: 'png', info }),
          state: undefined,
        },
        {
          nodes: [this.#node.address],
          bus: this.#bus,
          version: 'bench',
          recorded: {
            noise: new PhiloxNoise(seed),
            conditionsOf: ({ magnification }) => new GridConditions(grid, magnification, manifest.tile),
            onCell(level, column, row, step, canvas) {
              if (level !== 1 || step !== plan.settings.steps - 1) return;
              above?.place(column, row, canvas.at(column, row), canvas.cell);
            },
          },
        },
      );
      return { plan, report, guide: above && (await this.#decode(above.latent)) };
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
  }

  /** Embeddings of tiles 3,P,P. */
  async embed(tiles: readonly Float32Array[]): Promise<number[][]> {
    const { pixels } = this.bundle.manifest.tile;
    const embeddings: number[][] = [];
    for (const tile of tiles) {
      const image = Tensor.create({
        type: DataType.FLOAT32,
        shape: [1, 3, pixels, pixels],
        data: new Uint8Array(tile.buffer, tile.byteOffset, tile.byteLength),
      });
      const request = { bundle: this.bundle.digest, role: 'embedder', inputs: { image } };
      const { outputs } = await this.#connection.run(request, { seconds: 600 });
      embeddings.push([...floatsOf(Object.values(outputs)[0]!.data)]);
    }
    return embeddings;
  }

  async close(): Promise<void> {
    this.#connection.close();
    await this.#node.close();
  }

  /** The clamped picture of a latent C,s,s. */
  async #decode(latent: Float32Array): Promise<Float32Array> {
    const z = new Uint8Array(latent.buffer);
    const tile = { id: 0, position: 'above', z, type: DataType.FLOAT32, publish: '' };
    const { tiles } = await this.#connection.decode(
      { bundle: this.bundle.digest, tiles: [tile] },
      { seconds: 600 },
    );
    const outcome = tiles[0]?.outcome;
    if (outcome?.$case !== 'image') throw new Error('expected a decoded tile');
    return floatsOf(outcome.value).map((value) => Math.min(Math.max(value, -1), 1));
  }
}

/** Room for the last latent of the level above the finest, if it is one tile. */
function aboveFinest({ passes, manifest }: JobPlan) {
  const above = passes[1]?.level;
  if (above === undefined) return undefined;
  if (above.lattice.count !== 1) throw new Error('expected a canvas whose level above is one tile');
  const { channels, size } = manifest.tile;
  const latent = new Float32Array(channels * size * size);
  return {
    latent,
    place(column: number, row: number, cell: Float32Array, side: number) {
      for (let line = 0; line < channels * side; line++) {
        const y = Math.floor(line / side) * size + row * side + (line % side);
        latent.set(cell.subarray(line * side, (line + 1) * side), y * size + column * side);
      }
    },
  };
}

function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
