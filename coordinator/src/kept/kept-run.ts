import { type Static, Type } from '@tessera/tiler/schema';
import { Span } from '../http/schema/live.js';

/** Version of what follows; another one is not read. */
export const KEPT_FORMAT = 1;

const Count = Type.Integer({ minimum: 0 });

/** What a run leaves for those who look at its picture later: beside it as `view/run.json`, and a JPEG of each level. */
export const KeptRecord = Type.Object({
  format: Type.Literal(KEPT_FORMAT),
  /** Names that `lastNode` counts in. */
  nodes: Type.Array(Type.String()),
  /** The newest batches, oldest first. */
  spans: Type.Array(Span),
  /** Finest first. */
  levels: Type.Array(
    Type.Object({
      index: Count,
      steps: Count,
      cells: Count,
      /** Px of the picture that one px of the level's image spans. */
      pixels: Type.Number({ exclusiveMinimum: 0 }),
      /** As in GET /v1/jobs/{id}/live. */
      lastNode: Type.String(),
    }),
  ),
});

export type KeptRecord = Static<typeof KeptRecord>;

/** One level of it. */
export type KeptLevel = KeptRecord['levels'][number] & {
  /** A JPEG of the whole level through the bundle's `preview`. */
  readonly jpeg: Uint8Array;
};

/** A run that is over, as those see it who look at its picture. */
export interface KeptRun extends Omit<KeptRecord, 'levels'> {
  readonly levels: readonly KeptLevel[];
}
