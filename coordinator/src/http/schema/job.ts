import { type Static, Type } from '@tessera/tiler/schema';
import { ref } from './ref.js';

/** Names of `tessera.v1.JobState`, lower case. */
export const JOB_STATES = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const;

export const JobStateName = Type.Enum([...JOB_STATES]);

const Count = Type.Integer({ minimum: 0 });
const Time = Type.Integer({ minimum: 0, description: 'Milliseconds since 1970' });

/** One level of the pyramid as it is denoised; the first is the finest. */
export const LevelShape = Type.Object(
  {
    index: Count,
    scale: Type.Integer({ minimum: 1, description: 'Pixels at scale 1 that one of its pixels spans' }),
    power: Type.Optional(Type.Number({ description: 'Magnification of the objective' })),
    micrometersPerPixel: Type.Number(),
    width: Type.Integer({ minimum: 1, description: 'Pixels of this level' }),
    height: Type.Integer({ minimum: 1 }),
    tile: Type.Integer({ minimum: 1, description: 'Side of a tile, pixels of this level' }),
    stride: Type.Integer({ minimum: 1, description: 'Distance of neighbouring tiles, pixels of this level' }),
    columns: Type.Integer({ minimum: 1, description: 'Tiles in a row' }),
    rows: Type.Integer({ minimum: 1 }),
    cell: Type.Integer({
      minimum: 1,
      description: 'Side of a cell, pixels of this level: steps are counted by cells',
    }),
    cellColumns: Type.Integer({ minimum: 1 }),
    cellRows: Type.Integer({ minimum: 1 }),
    steps: Count,
  },
  { $id: 'Level' },
);

export const JobView = Type.Object(
  {
    id: Type.String(),
    state: JobStateName,
    priority: Type.Integer({ minimum: 0, maximum: 9, description: '9 goes first' }),
    bundle: Type.String({ description: 'SHA-256 of its manifest.json' }),
    width: Type.Integer({ minimum: 1, description: 'Pixels of the picture' }),
    height: Type.Integer({ minimum: 1 }),
    seed: Type.String({ description: 'Decimal, 0..2^64-1' }),
    settings: Type.Object({}, { additionalProperties: true, description: 'All that decides the picture' }),
    levels: Type.Array(ref(LevelShape), {
      description: 'Finest first; empty where the bundle is not here any more',
    }),
    progress: Type.Object({
      tileSteps: Count,
      totalTileSteps: Count,
      windows: Count,
      totalWindows: Count,
    }),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
    report: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'What was done, once it is done' }),
    ),
    submittedAt: Time,
    updatedAt: Time,
  },
  { $id: 'Job' },
);

export type JobView = Static<typeof JobView>;
export type LevelShape = Static<typeof LevelShape>;

export const JobPage = Type.Object(
  {
    jobs: Type.Array(ref(JobView), { description: 'Newest first' }),
    nextPageToken: Type.String({ description: 'Of the next page; empty at the end' }),
  },
  { $id: 'JobPage' },
);
