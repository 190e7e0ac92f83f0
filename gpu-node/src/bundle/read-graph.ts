import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A tensor at the edge of a graph. Free axes are -1. `type` is ONNX's element type, by number if it has no name here. */
export interface GraphTensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
}

/** What the loading of a graph needs to know before ONNX Runtime sees it. */
export interface GraphSummary {
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
  /** The first tensor whose data lie in another file, if there is one. */
  readonly external: string | undefined;
}

/** Messages of onnx.proto that are walked: field number -> message. All other fields are skipped. */
const MESSAGES = {
  Model: { 7: 'Graph', 25: 'Function' },
  Graph: { 1: 'Node', 5: 'Tensor', 11: 'ValueInfo', 12: 'ValueInfo', 15: 'SparseTensor' },
  Function: { 7: 'Node' },
  Node: { 5: 'Attribute' },
  Attribute: { 5: 'Tensor', 6: 'Graph', 10: 'Tensor', 11: 'Graph', 22: 'SparseTensor', 23: 'SparseTensor' },
  SparseTensor: { 1: 'Tensor', 2: 'Tensor' },
  ValueInfo: { 2: 'Type' },
  Type: { 1: 'TensorType' },
  TensorType: { 2: 'Shape' },
  Shape: { 1: 'Dimension' },
  Dimension: {},
  Tensor: {},
} as const satisfies Record<string, Record<number, string>>;

type MessageName = keyof typeof MESSAGES;

interface Message {
  readonly name: MessageName;
  /** Values of the fields that are no walked messages: numbers or bytes. */
  readonly scalars: Map<number, number | Uint8Array>;
  readonly children: Map<number, Message[]>;
}

/**
 * Reads the edges of an ONNX model (onnx.proto, IR 3 and later) and whether it refers to data outside of itself, in
 * subgraphs and functions too. Throws if the bytes are no protocol buffer.
 */
export function readGraph(bytes: Uint8Array): GraphSummary {
  const model = readMessage('Model', new BinaryReader(bytes), bytes.length);
  const [graph, ...more] = model.children.get(7) ?? [];
  if (!graph || more.length > 0) throw new Error('not one graph in the model');
  const initializers = new Set((graph.children.get(5) ?? []).map((tensor) => text(tensor, 8)));
  const edge = (field: number) => (graph.children.get(field) ?? []).map(readTensor);
  return {
    inputs: edge(11).filter(({ name }) => !initializers.has(name)),
    outputs: edge(12),
    external: externalTensor(model),
  };
}

function readMessage(name: MessageName, reader: BinaryReader, length: number): Message {
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError('the file is cut short');
  const walked: Record<number, MessageName> = MESSAGES[name];
  const message: Message = { name, scalars: new Map(), children: new Map() };
  while (reader.pos < end) {
    const [field, wire] = reader.tag();
    const child = walked[field];
    if (child && wire === WireType.LengthDelimited) {
      const siblings = message.children.get(field) ?? [];
      siblings.push(readMessage(child, reader, reader.uint32()));
      message.children.set(field, siblings);
    } else if (wire === WireType.LengthDelimited) {
      message.scalars.set(field, reader.bytes());
    } else if (wire === WireType.Varint) {
      message.scalars.set(field, Number(reader.int64()));
    } else {
      reader.skip(wire);
    }
  }
  return message;
}

/** ValueInfoProto: name 1, type 2; tensor_type 1: elem_type 1, shape 2; dim 1: dim_value 1. */
function readTensor(info: Message): GraphTensor {
  const tensor = info.children.get(2)?.[0]?.children.get(1)?.[0];
  const dimensions = tensor?.children.get(2)?.[0]?.children.get(1) ?? [];
  const type = Number(tensor?.scalars.get(1) ?? 0);
  return {
    name: text(info, 1),
    type: { 1: 'float32', 7: 'int64', 10: 'float16' }[type] ?? `ONNX element type ${type}`,
    shape: dimensions.map((dimension) => Number(dimension.scalars.get(1) ?? -1)),
  };
}

/** Name of the first TensorProto with external_data (13) or data_location EXTERNAL (14 = 1). */
function externalTensor(message: Message): string | undefined {
  if (message.name === 'Tensor' && (message.scalars.has(13) || message.scalars.get(14) === 1))
    return text(message, 8) || 'a tensor';
  for (const children of message.children.values()) {
    for (const child of children) {
      const found = externalTensor(child);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function text(message: Message, field: number): string {
  const bytes = message.scalars.get(field);
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('utf8') : '';
}
