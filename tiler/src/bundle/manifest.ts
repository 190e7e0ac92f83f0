import { type Static, Type } from '../schema.js';

/** The only `format` there is. */
export const BUNDLE_FORMAT = 'tessera.bundle/1';

const Count = Type.Integer({ minimum: 1 });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'a SHA-256 in lower-case hex' });
const Rgb = Type.Tuple([Type.Number(), Type.Number(), Type.Number()]);

/** A path inside the bundle's folder: relative, forward slashes, no `..`. That no link leads out is checked on opening. */
const InnerPath = Type.String({
  pattern: '^(?!.*(^|/)\\.{0,2}(/|$))[^\\\\:\\u0000]+$',
  description: 'a relative path inside the bundle',
});

const Tensors = Type.Record(
  Type.String(),
  Type.Object({
    type: Type.Enum(['float32', 'float16', 'int64']),
    /** Sides, outermost first; -1 is free (the batch axis, the sides of a grid). Empty: a scalar. */
    shape: Type.Array(Type.Integer({ minimum: -1 })),
  }),
);

const Graph = Type.Object({ file: InnerPath, sha256: Sha256, inputs: Tensors, outputs: Tensors });

/** diffusers' names. `beta_start` and `beta_end` belong to `scaled_linear`. */
const Scheduler = Type.Object({
  num_train_timesteps: Count,
  beta_schedule: Type.Enum(['scaled_linear', 'squaredcos_cap_v2']),
  beta_start: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })),
  beta_end: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 })),
  prediction_type: Type.Enum(['epsilon', 'v_prediction', 'sample']),
});

/** Schema of manifest.json (bundle.md). Fields that it does not name are let through. */
export const ManifestSchema = Type.Object({
  format: Type.Literal(BUNDLE_FORMAT),
  name: Type.String({ minLength: 1 }),
  version: Type.String({ minLength: 1 }),
  description: Type.String(),
  license: Type.String(),
  domain: Type.String(),
  /** What scale 1 means; `power` only in microscopy. */
  finest: Type.Object({
    power: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    metersPerPixel: Type.Number({ exclusiveMinimum: 0 }),
  }),
  /** Side in pixels, latent channels C, latent side, pixels per latent cell: pixels = size * downsample. */
  tile: Type.Object({ pixels: Count, channels: Count, size: Count, downsample: Count }),
  /** Index given to the summarizer, finest pixels that one pixel spans, side of the embedding grid after pooling. */
  magnifications: Type.Array(
    Type.Object({ index: Type.Integer({ minimum: 0 }), scale: Count, grid: Count }),
    { minItems: 1 },
  ),
  scheduler: Scheduler,
  conditioning: Type.Object({
    embedding: Count,
    maxGrid: Count,
    tokens: Count,
    width: Count,
    null: Type.Literal('zeros'),
  }),
  /** What `tessera render` uses when nothing is said; diffusers' guidance scale, 1 = off. */
  defaults: Type.Optional(
    Type.Partial(
      Type.Object({
        sampler: Type.String(),
        steps: Count,
        guidanceScale: Type.Number(),
        projection: Type.String(),
        lead: Type.Union([Type.Literal('all'), Type.Integer({ minimum: 0 })]),
        overlap: Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
        window: Type.String(),
        fusion: Type.String(),
      }),
    ),
  ),
  /** For projection `input`: how blurred a level's estimate is at timestep t, [t, 0..1 in units of 4 guide pixels]. */
  guide: Type.Optional(
    Type.Object({
      ratio: Count,
      blur: Type.Array(Type.Tuple([Type.Number(), Type.Number()])),
      floor: Type.Number({ minimum: 0, maximum: 1 }),
    }),
  ),
  layout: Type.Optional(
    Type.Object({
      scheduler: Scheduler,
      labels: Type.Optional(Type.Array(Type.String())),
      mean: Type.Optional(Type.Array(Type.Number())),
      std: Type.Optional(Type.Array(Type.Number())),
    }),
  ),
  prior: Type.Optional(
    Type.Object({ scheduler: Scheduler, labels: Type.Optional(Type.Array(Type.String())) }),
  ),
  /** A linear look at a latent: rgb in 0..1 = sum over channels of z_c * factors[c], plus bias. */
  preview: Type.Optional(Type.Object({ factors: Type.Array(Rgb), bias: Rgb })),
  /** Embedding grids E,H,W of real regions, one vector a tile's pixels at scale 1. */
  examples: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ minLength: 1 }),
        file: InnerPath,
        shape: Type.Tuple([Count, Count, Count]),
        sha256: Sha256,
      }),
    ),
  ),
  /** Role -> graph. */
  graphs: Type.Intersect([
    Type.Record(Type.String(), Graph),
    Type.Object({ denoiser: Graph, decoder: Graph }),
  ]),
  provenance: Type.Optional(Type.Unknown()),
});

/** manifest.json, under bundle.md's own names. */
export type Manifest = Static<typeof ManifestSchema>;

/** One entry of `graphs`. */
export type ManifestGraph = Static<typeof Graph>;
