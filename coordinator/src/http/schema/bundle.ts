import { type Static, Type } from '@tessera/tiler/schema';
import { ref } from './ref.js';

/** A bundle that pictures may be asked of: what a form needs to know. */
export const BundleView = Type.Object(
  {
    digest: Type.String(),
    name: Type.String(),
    version: Type.String(),
    description: Type.String(),
    domain: Type.String(),
    license: Type.String(),
    metersPerPixel: Type.Number({ description: 'At scale 1' }),
    tile: Type.Integer({ minimum: 1, description: 'Side of a tile, pixels' }),
    magnifications: Type.Array(
      Type.Object({
        scale: Type.Integer({ minimum: 1 }),
        power: Type.Optional(Type.Number()),
        micrometersPerPixel: Type.Number(),
      }),
    ),
    tissues: Type.Array(Type.String(), {
      description: 'Labels that `content.tissue` and `content.drawing` take',
    }),
    takesImages: Type.Boolean({ description: 'Whether `content.like` can be used' }),
    defaults: Type.Object({
      sampler: Type.String(),
      steps: Type.Integer(),
      guidanceScale: Type.Number(),
      projection: Type.String(),
      lead: Type.String(),
      overlap: Type.Number(),
      window: Type.String(),
      fusion: Type.String(),
    }),
  },
  { $id: 'Bundle' },
);

export type BundleView = Static<typeof BundleView>;
export const BundleList = Type.Object({ bundles: Type.Array(ref(BundleView)) }, { $id: 'BundleList' });
