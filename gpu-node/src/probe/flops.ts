import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { readInnerFile } from '../bundle/inner-file.js';
import type { Bundle } from '../bundle/open-bundle.js';
import { probeInputs } from './probe-inputs.js';

/** Roles that a report's FLOPs are made of. */
const COUNTED_ROLES = ['denoiser', 'decoder', 'encoder', 'summarizer'] as const;

/**
 * Operations (a multiply-add is two) of one row of each counted graph: its convolutions and matrix products, at the
 * shapes that ONNX Runtime's profiler records for one evaluation of the graph as it is, on the CPU and not optimised.
 * Elementwise work, some percent of the whole, is left out. Free axes have the side of the largest grid.
 */
export async function countFlops(bundle: Bundle): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-flops-'));
  try {
    const flops: Record<string, number> = {};
    for (const role of COUNTED_ROLES)
      if (bundle.manifest.graphs[role]) flops[role] = await countRole(bundle, role, folder);
    return flops;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function countRole({ dir, manifest }: Bundle, role: string, folder: string): Promise<number> {
  const { file, sha256 } = manifest.graphs[role]!;
  const bytes = await readInnerFile(dir, file, sha256, `manifest.json: graphs.${role}`);
  const session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    // A packed weight is not listed among the shapes.
    extra: { session: { disable_prepacking: '1' } },
    enableProfiling: true,
    profileFilePrefix: join(folder, role),
  });
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, { type, data, shape }] of Object.entries(probeInputs(manifest, role, 1)))
    feeds[name] = new ort.Tensor(type, data, shape);
  await session.run(feeds);
  session.endProfiling();
  await session.release();
  const profile = (await readdir(folder)).find((name) => name.startsWith(`${role}_`));
  const events = JSON.parse(await readFile(join(folder, profile!), 'utf8')) as ProfileEvent[];
  return events.reduce((sum, { args }) => sum + operations(args), 0);
}

/** One of the shapes that a profile lists, under its element type. */
type ProfiledShape = Record<string, number[]>;

interface ProfileEvent {
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly ProfiledShape[];
    readonly output_type_shape?: readonly ProfiledShape[];
  };
}

function operations(args: ProfileEvent['args']): number {
  const [left, right] = (args?.input_type_shape ?? []).map((shape) => Object.values(shape)[0]!);
  const [output] = (args?.output_type_shape ?? []).map((shape) => Object.values(shape)[0]!);
  if (!left || !right || !output) return 0;
  switch (args?.op_name) {
    case 'Conv':
      return 2 * product(output) * product(right.slice(1));
    case 'ConvTranspose':
      return 2 * product(left) * product(right.slice(1));
    case 'MatMul':
      return 2 * product(output) * left.at(-1)!;
    case 'Gemm':
      return 2 * product(output) * (product(left) / output[0]!);
    default:
      return 0;
  }
}

function product(sides: readonly number[]): number {
  return sides.reduce((all, side) => all * side, 1);
}
