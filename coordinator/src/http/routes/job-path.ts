import { Type } from '@tessera/tiler/schema';

/** The part of a path that names a job. Nothing else of a request names a file. */
export const JobPath = Type.Object(
  { id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'Of the job' }) },
  { additionalProperties: false },
);
