import { ERROR_CODES } from '@tessera/tiler';
import { type Static, Type } from '@tessera/tiler/schema';

/** RFC 9457, with the stable code of the error table and the fields at fault. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'About this kind of problem; a fragment of the documentation' }),
    title: Type.String({ description: 'What the code means' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What was expected and what came' }),
    code: Type.Enum(Object.keys(ERROR_CODES), { description: 'Stable: what programs look at' }),
    instance: Type.Optional(Type.String({ description: 'Path of the request' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'Name in the request, with dots: content.tissue' }),
          message: Type.String(),
        }),
        { description: 'Fields at fault' },
      ),
    ),
  },
  { $id: 'Problem', description: 'Why a request was refused (application/problem+json)' },
);

export type Problem = Static<typeof Problem>;
