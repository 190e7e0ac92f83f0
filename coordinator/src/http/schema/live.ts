import { type Static, Type } from '@tessera/tiler/schema';
import { ref } from './ref.js';

const Index = Type.Integer({ minimum: 0 });
const Time = Type.Number({ description: 'Milliseconds since 1970' });

/** A batch that a node worked on: a bar of the timeline. */
export const Span = Type.Object(
  {
    node: Type.String(),
    kind: Type.Enum(['denoise', 'decode']),
    level: Index,
    step: Index,
    tiles: Type.Array(Index, {
      description: 'Row-major numbers in the lattice of the level; windows of the picture for decode',
    }),
    startedAt: Time,
    endedAt: Time,
    failed: Type.Boolean(),
  },
  { $id: 'Span' },
);

export type Span = Static<typeof Span>;

/** Event `changed`: where the deep-zoom picture of a running job shows something new. */
export const Changed = Type.Object(
  {
    at: Time,
    regions: Type.Array(
      Type.Object({
        level: Index,
        step: Type.Integer({ minimum: 0, description: 'Step that was taken; the number of steps: decoded' }),
        x: Type.Number({ description: 'Pixels of the picture' }),
        y: Type.Number(),
        width: Type.Number(),
        height: Type.Number(),
      }),
    ),
  },
  { $id: 'Changed' },
);

export type Changed = Static<typeof Changed>;

/** Event `spans`. */
export const Spans = Type.Object({ at: Time, spans: Type.Array(ref(Span)) }, { $id: 'Spans' });

/** How far every cell of every level is, and who worked where: GET /v1/jobs/{id}/live. */
export const Live = Type.Object(
  {
    at: Time,
    lastEventId: Type.String({ description: 'Events after this one are news to who has read this' }),
    nodes: Type.Array(Type.String(), { description: 'Names that `lastNode` counts in' }),
    levels: Type.Array(
      Type.Object({
        index: Index,
        steps: Type.Integer(),
        cellSteps: Type.String({
          contentEncoding: 'base64',
          description: 'Step that each cell has reached: unsigned 16 bits little-endian, row-major',
        }),
        lastNode: Type.String({
          contentEncoding: 'base64',
          description:
            'Of each tile: number of the node that denoised it last, plus 1; 0 none. 16 bits little-endian',
        }),
      }),
      { description: 'Empty where the job does not run here, and was not made by a farm that keeps them' },
    ),
    spans: Type.Array(ref(Span), { description: 'The newest batches, oldest first' }),
  },
  { $id: 'Live' },
);

export type Live = Static<typeof Live>;
