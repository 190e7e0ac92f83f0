import Type, { type Static } from 'typebox';
import Value from 'typebox/value';

const Bounds = Type.Object({ max: Type.Number(), p99: Type.Number(), rms: Type.Number() });

/** One recorded array of a case. */
const RecordedFile = Type.Object({
  file: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 1 })),
  dtype: Type.Optional(Type.String()),
});

/** What a deliberate mistake changes, in the output's units and in tolerances. */
const Sensitivity = Type.Object({
  output: Type.String(),
  change: Type.String(),
  max: Type.Number(),
  p99: Type.Number(),
  rms: Type.Number(),
  over_tolerance: Type.Number(),
});

const RecordedCase = Type.Object({
  params: Type.Record(Type.String(), Type.Unknown()),
  files: Type.Record(Type.String(), RecordedFile),
  /** Output -> bounds. A key names the array and how it is reached: `x[2] teacher-forced`. */
  tolerance: Type.Record(Type.String(), Bounds),
  sensitivity: Type.Optional(Type.Array(Sensitivity)),
});

/** case.json of a pack of parts: every part of the sampler with its own inputs and outputs. */
const PartsPack = Type.Object({ cases: Type.Record(Type.String(), RecordedCase) });

/** case.json of a pack of kind `pyramid`: one picture as it is rendered by default. */
export const PyramidPack = Type.Object({
  kind: Type.Literal('pyramid'),
  bundle: Type.String(),
  bundleManifestSha256: Type.String(),
  /** Width and height, px at the finest power. */
  size: Type.Tuple([Type.Integer(), Type.Integer()]),
  /** Coarsest first. */
  powers: Type.Array(Type.Number(), { minItems: 1 }),
  steps: Type.Integer({ minimum: 1 }),
  /** Distance of neighbouring tiles, latent positions. */
  stride: Type.Integer({ minimum: 1 }),
  window: Type.String(),
  fusion: Type.String(),
  sampler: Type.String(),
  guidanceScale: Type.Number(),
  projection: Type.String(),
  lead: Type.Union([Type.Literal('all'), Type.Integer({ minimum: 0 })]),
  guideBlur: Type.Number(),
  tolerance: Type.Record(Type.String(), Type.Union([Type.Number(), Bounds])),
});

export type Sensitivity = Static<typeof Sensitivity>;
export type RecordedFile = Static<typeof RecordedFile>;
export type RecordedCase = Static<typeof RecordedCase>;
export type PartsPack = Static<typeof PartsPack>;
export type PyramidPack = Static<typeof PyramidPack>;

/** Checks the parsed JSON of a case.json. Throws an Error naming the first field at fault. */
export function parseCaseFile(json: unknown, path: string): PartsPack | PyramidPack {
  const isPyramid = typeof json === 'object' && json !== null && 'kind' in json;
  const schema = isPyramid ? PyramidPack : PartsPack;
  if (Value.Check(schema, json)) return json;
  const [error] = Value.Errors(schema, json);
  throw new Error(`${path}: ${error?.instancePath || '/'} ${error?.message}`);
}
