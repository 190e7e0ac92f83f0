import { FUSION_NAMES, MAX_SIDE, SAMPLER_NAMES, WINDOW_NAMES } from '@tessera/tiler';
import { type Static, Type } from '@tessera/tiler/schema';
import { ref } from './ref.js';

/** Largest number of cells of a drawing, and of pixels of an image as base64: what a form sends, not a data set. */
const LONGEST_DRAWING = 256;

/** What `--projection` reads. */
const MODE = '(input|bundle|(newton|backprojection)(:([1-9][0-9]?|100))?)';
const PROJECTION = `^(off|${MODE}([+]${MODE})*)$`;

/** What the picture shows; left out, the seed alone decides. */
export const Content = Type.Union(
  [
    Type.Object(
      { tissue: Type.String({ minLength: 1, description: 'One of the labels of the bundle' }) },
      { additionalProperties: false, title: 'One kind of tissue' },
    ),
    Type.Object(
      {
        drawing: Type.Array(
          Type.Array(Type.Union([Type.String(), Type.Null()]), { minItems: 1, maxItems: LONGEST_DRAWING }),
          {
            minItems: 1,
            maxItems: LONGEST_DRAWING,
            description:
              'Rows of labels of the bundle, all of one length, stretched over the picture; null leaves it to the seed',
          },
        ),
      },
      { additionalProperties: false, title: 'A drawn layout' },
    ),
    Type.Object(
      {
        like: Type.String({
          minLength: 4,
          contentEncoding: 'base64',
          description:
            'An image (JPEG, PNG, TIFF, WebP) whose tissue the picture shows, at the finest magnification',
        }),
      },
      { additionalProperties: false, title: 'A reference image' },
    ),
  ],
  { $id: 'Content' },
);

export type Content = Static<typeof Content>;

/** POST /v1/jobs. Names and meanings are those of `tessera render`. */
export const SubmitJob = Type.Object(
  {
    width: Type.Integer({ minimum: 1, maximum: MAX_SIDE, description: 'Pixels of the finest level' }),
    height: Type.Integer({ minimum: 1, maximum: MAX_SIDE, description: 'Pixels of the finest level' }),
    seed: Type.Optional(
      Type.String({
        pattern: '^(0|[1-9][0-9]{0,19})$',
        description: 'Of all noise, 0..2^64-1; another one is drawn if it is left out',
      }),
    ),
    bundle: Type.Optional(Type.String({ description: 'Digest or name of a bundle; the first if left out' })),
    power: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Magnification of the picture' })),
    content: Type.Optional(ref(Content)),
    sampler: Type.Optional(Type.Enum([...SAMPLER_NAMES])),
    steps: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Denoising steps' })),
    guidanceScale: Type.Optional(
      Type.Number({ minimum: 0, maximum: 100, description: 'As in diffusers: 1 is off' }),
    ),
    projection: Type.Optional(
      Type.String({
        pattern: PROJECTION,
        description: 'input, newton, backprojection, bundle, sums of them, off; newton:5 takes 5 iterations',
      }),
    ),
    lead: Type.Optional(
      Type.String({
        pattern: '^(all|[0-9]{1,4})$',
        description: 'Steps that a level runs ahead of the next finer',
      }),
    ),
    overlap: Type.Optional(Type.Number({ minimum: 0, maximum: 0.75, description: 'Fraction of a tile' })),
    window: Type.Optional(Type.Enum([...WINDOW_NAMES])),
    fusion: Type.Optional(Type.Enum([...FUSION_NAMES])),
    postPass: Type.Optional(Type.Boolean()),
    format: Type.Optional(
      Type.Enum(['svs.tif', 'ome.tif', 'tif', 'dzi', 'png', 'jpg'], { default: 'svs.tif' }),
    ),
    quality: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 90, description: 'Of JPEG' })),
    priority: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 9, default: 4, description: '9 goes first' }),
    ),
  },
  { $id: 'SubmitJob', additionalProperties: false },
);

export type SubmitJob = Static<typeof SubmitJob>;
