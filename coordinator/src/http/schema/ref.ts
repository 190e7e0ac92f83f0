import { type Static, type TSchema, Type } from '@tessera/tiler/schema';

/** A schema by its `$id`: it stands once in the description of the API, under that name. */
export function ref<T extends TSchema>(schema: T) {
  const { $id } = schema as { $id?: string };
  return Type.Unsafe<Static<T>>({ $ref: `${$id}#` });
}
