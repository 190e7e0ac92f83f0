import type { NodeApi } from '@tessera/coordinator';
import type { Bundle } from '@tessera/gpu-node';
import { DataType, type RunRequest, Tensor } from '@tessera/proto';
import type { ManifestGraph } from '@tessera/tiler';
import type { Embed } from './image-tiles.js';

/** Seconds a node may take for one evaluation of a small graph. */
const SECONDS = 120;

/** The bundle's graphs that starting content is made with, evaluated by a node. */
export class Graphs {
  readonly #node: Pick<NodeApi, 'run'>;
  readonly #bundle: Pick<Bundle, 'manifest' | 'digest'>;
  readonly #signal: AbortSignal;

  constructor(node: Pick<NodeApi, 'run'>, bundle: Pick<Bundle, 'manifest' | 'digest'>, signal: AbortSignal) {
    this.#node = node;
    this.#bundle = bundle;
    this.#signal = signal;
  }

  /** `embedder`. */
  readonly embed: Embed = (images, count) => {
    const { pixels } = this.#bundle.manifest.tile;
    return this.#run('embedder', { image: floats(images, [count, 3, pixels, pixels]) });
  };

  /** `layout`: x of `shape` (1,E,H,W) at timestep t under label number `label`. */
  layout(x: Float32Array, shape: number[], t: number, label: number): Promise<Float32Array> {
    const { inputs } = this.#bundle.manifest.graphs.layout!;
    const scalar = (name: string, value: number) =>
      inputs[name]?.type === 'int64' ? integers(value) : floats(Float32Array.of(value), [1]);
    return this.#run('layout', { x: floats(x, shape), t: scalar('t', t), label: scalar('label', label) });
  }

  /** One evaluation of a role; its first output, which all of these have only one of. */
  async #run(role: string, inputs: RunRequest['inputs']): Promise<Float32Array> {
    const graph: ManifestGraph = this.#bundle.manifest.graphs[role]!;
    const request = { bundle: this.#bundle.digest, role, inputs };
    const { outputs } = await this.#node.run(request, { seconds: SECONDS, signal: this.#signal });
    const [name] = Object.keys(graph.outputs);
    const { data } = outputs[name!]!;
    // A view on the message may stand at any offset; floats need theirs to be a multiple of four.
    return new Float32Array(Uint8Array.from(data).buffer);
  }
}

function floats(data: Float32Array, shape: number[]): Tensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Tensor.create({ type: DataType.FLOAT32, shape, data: bytes });
}

function integers(value: number): Tensor {
  const data = new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
  return Tensor.create({ type: DataType.INT64, shape: [1], data });
}
