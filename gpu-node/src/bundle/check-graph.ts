import { type ManifestGraph, TesseraError } from '@tessera/tiler';
import { type GraphSummary, type GraphTensor, readGraph } from './read-graph.js';
import type { Role, Sides } from './roles.js';

/**
 * Checks the bytes of a graph: that it reads as ONNX, that all its data are inside, and that its inputs and outputs are
 * those of the manifest. Throws TESSERA_BAD_BUNDLE naming the file and the field.
 */
export function checkGraph(bytes: Uint8Array, graph: ManifestGraph, field: string): void {
  const summary = read(bytes, graph.file, field);
  if (summary.external !== undefined)
    throw bad(
      `${graph.file} (${field}.file)`,
      'weights inside the file',
      `external data for ${summary.external}`,
    );
  checkEdge(summary.inputs, graph.inputs, `${graph.file} (${field}.inputs)`, field, 'inputs');
  checkEdge(summary.outputs, graph.outputs, `${graph.file} (${field}.outputs)`, field, 'outputs');
}

/** Checks what the manifest says of a graph against its role. Throws TESSERA_BAD_BUNDLE naming the field. */
export function checkRole(graph: ManifestGraph, role: Role, field: string): void {
  for (const [name, sides] of Object.entries(role.inputs)) {
    if (!graph.inputs[name]) throw bad(`${field}.inputs.${name}`, 'an input of that name', undefined);
    checkSides(graph.inputs[name].shape, sides, `${field}.inputs.${name}.shape`);
  }
  for (const [name, { shape }] of Object.entries(graph.inputs)) {
    if (role.inputs[name]) continue;
    const sides = role.optional?.[name];
    if (!sides) throw bad(`${field}.inputs`, `inputs that the role has`, name);
    checkSides(shape, sides, `${field}.inputs.${name}.shape`);
  }
  const outputs = Object.entries(graph.outputs);
  if (outputs.length < role.outputs.length)
    throw bad(`${field}.outputs`, `${role.outputs.length} of them`, outputs.length);
  role.outputs.forEach((sides, i) => {
    const [name, { shape }] = outputs[i]!;
    checkSides(shape, sides, `${field}.outputs.${name}.shape`);
  });
}

function read(bytes: Uint8Array, file: string, field: string): GraphSummary {
  try {
    return readGraph(bytes);
  } catch (cause) {
    throw new TesseraError('TESSERA_BAD_BUNDLE', `Expected an ONNX model for ${file} (${field}.file)`, {
      field: `${field}.file`,
      cause,
    });
  }
}

/** Names and types must be equal, and so must the sides of inputs; an output may leave open what the manifest fixes. */
function checkEdge(
  real: readonly GraphTensor[],
  said: ManifestGraph['inputs'],
  about: string,
  field: string,
  edge: 'inputs' | 'outputs',
): void {
  const names = real.map(({ name }) => name).sort();
  const saidNames = Object.keys(said).sort();
  if (names.join() !== saidNames.join()) throw bad(about, `the graph's own: ${names.join(', ')}`, saidNames);
  for (const { name, type, shape } of real) {
    const { type: saidType, shape: saidShape } = said[name]!;
    if (type !== saidType) throw bad(`${field}.${edge}.${name}.type`, `the graph's own ${type}`, saidType);
    const agrees =
      shape.length === saidShape.length &&
      shape.every((side, i) => side === saidShape[i] || (edge === 'outputs' && side === -1));
    if (!agrees) throw bad(`${field}.${edge}.${name}.shape`, `the graph's own [${shape}]`, saidShape);
  }
}

function checkSides(shape: readonly number[], sides: Sides, field: string): void {
  const agrees =
    shape.length === sides.length && sides.every((side, i) => side === undefined || side === shape[i]);
  if (!agrees) throw bad(field, `[${sides.map((side) => side ?? 'any').join(', ')}]`, shape);
}

function bad(field: string, expected: string, got: unknown): TesseraError {
  return TesseraError.expected('TESSERA_BAD_BUNDLE', field, expected, got);
}
