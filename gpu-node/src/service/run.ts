import { DataType, type RunRequest, type RunResponse, type Tensor } from '@tessera/proto';
import { type ManifestGraph, TesseraError } from '@tessera/tiler';
import type { NodeDevice } from '../device/node-device.js';
import type { CallObserver } from '../observe/observer.js';
import type { ElementType, PlainTensor } from '../worker/protocol.js';
import { graphOf, type LoadedBundles } from './loaded-bundles.js';
import { work } from './work.js';

const WIRE_TYPES: Record<ElementType, DataType> = {
  float32: DataType.FLOAT32,
  float16: DataType.FLOAT16,
  int64: DataType.INT64,
};

const ARRAYS = { float32: Float32Array, float16: Uint16Array, int64: BigInt64Array } as const;

/** The method Run: one evaluation of any graph of a bundle, with inputs checked against the manifest. */
export class RunMethod {
  readonly #bundles: LoadedBundles;
  readonly #device: NodeDevice;

  constructor(bundles: LoadedBundles, device: NodeDevice) {
    this.#bundles = bundles;
    this.#device = device;
  }

  async handle(
    { bundle, role, inputs }: RunRequest,
    signal: AbortSignal,
    call: CallObserver,
  ): Promise<RunResponse> {
    const graph = graphOf(this.#bundles.get(bundle).manifest, role);
    const tensors = checkInputs(graph, inputs);
    const transfer = Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer);
    const reply = await this.#device.call('run', { bundle, role, inputs: tensors }, transfer, signal);
    call.computed(reply.work);
    const outputs = Object.entries(reply.outputs).map(([name, tensor]) => [name, wireTensor(tensor)]);
    return { outputs: Object.fromEntries(outputs), work: work(reply.work) };
  }
}

function checkInputs(graph: ManifestGraph, inputs: RunRequest['inputs']): Record<string, PlainTensor> {
  const names = Object.keys(graph.inputs).sort();
  const given = Object.keys(inputs).sort();
  if (names.join() !== given.join()) throw bad('inputs', names.join(', '), given);
  const tensors = Object.fromEntries(
    names.map((name) => [name, plainTensor(inputs[name]!, graph.inputs[name]!, `inputs.${name}`)]),
  );
  const batches = new Set(
    names.filter((name) => graph.inputs[name]!.shape[0] === -1).map((name) => tensors[name]!.shape[0]!),
  );
  if (batches.size > 1) throw bad('inputs', 'one batch size', [...batches]);
  return tensors;
}

function plainTensor(
  tensor: Tensor,
  { type, shape }: ManifestGraph['inputs'][string],
  field: string,
): PlainTensor {
  if (tensor.type !== WIRE_TYPES[type])
    throw bad(`${field}.type`, type, DataType[tensor.type] ?? tensor.type);
  const fits =
    tensor.shape.length === shape.length &&
    tensor.shape.every((side, axis) => side > 0 && (shape[axis] === -1 || shape[axis] === side));
  if (!fits) throw bad(`${field}.shape`, `[${shape}]`, tensor.shape);
  const Elements = ARRAYS[type];
  const bytes = tensor.shape.reduce((product, side) => product * side, Elements.BYTES_PER_ELEMENT);
  if (tensor.data.byteLength !== bytes) throw bad(`${field}.data`, `${bytes} bytes`, tensor.data.byteLength);
  // Not `slice`: on a Buffer, which is what a message holds, it gives a view.
  return { type, shape: tensor.shape, data: new Elements(Uint8Array.from(tensor.data).buffer) };
}

function wireTensor({ type, shape, data }: PlainTensor): Tensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { type: WIRE_TYPES[type], shape: [...shape], data: bytes };
}

function bad(field: string, expected: string, got: unknown): TesseraError {
  return TesseraError.expected('TESSERA_BAD_ARGUMENT', field, expected, got);
}
