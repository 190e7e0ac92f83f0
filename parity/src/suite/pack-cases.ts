import type { AnyCase } from '../cases/case.js';
import { pyramidCase } from '../cases/pyramid.js';
import { CASES } from '../cases/registry.js';
import type { Tolerance } from '../compare/tolerance.js';
import type { Sensitivity } from '../pack/case-file.js';
import type { Pack } from '../pack/discover.js';
import { type Recorded, readPyramid, readRecorded } from '../pack/recorded.js';

/** A case of a pack, ready to run. */
export interface PackCase {
  readonly name: string;
  readonly kind: AnyCase;
  readonly recorded: Recorded;
  readonly tolerance: Readonly<Record<string, Tolerance>>;
  readonly sensitivity: readonly Sensitivity[];
}

/** Bounds for the few numbers that packs hold without any: what float32 can hold of them. */
const UNBOUNDED = { max: 1e-5, p99: 1e-5, rms: 1e-5 };
const WITHOUT_BOUNDS: Readonly<Record<string, Readonly<Record<string, Tolerance>>>> = {
  schedule: { 'abar (relative)': UNBOUNDED, 'beta (relative)': UNBOUNDED },
};

/** The cases of a pack. */
export async function casesOf(pack: Pack): Promise<PackCase[]> {
  if ('kind' in pack.file) {
    const recorded = await readPyramid(pack.dir, pack.file);
    return [{ name: 'pyramid', kind: pyramidCase, recorded, tolerance: recorded.tolerance, sensitivity: [] }];
  }
  const { cases } = pack.file;
  return Promise.all(
    Object.entries(cases).map(async ([name, file]) => ({
      name,
      kind: CASES[name] ?? unknownCase,
      recorded: await readRecorded(pack.dir, cases, name),
      tolerance: { ...file.tolerance, ...WITHOUT_BOUNDS[name] },
      sensitivity: file.sensitivity ?? [],
    })),
  );
}

/** Makes no outputs: what is not run must not pass. */
const unknownCase: AnyCase = { outputs: () => ({}), canMake: () => false };
