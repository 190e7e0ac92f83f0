import type { SubmitJob } from '@tessera/coordinator/schema/submit-job.js';
import type { FieldName, FieldSchema } from './schema.js';

/** What was typed, by field; empty is left out of the request. */
export type Values = Readonly<Partial<Record<FieldName, string | boolean>>>;

/** The request that a filled-in form makes. A number that is none is sent as typed, for the API to say what is wrong with it. */
export function requestOf(
  fields: ReadonlyMap<FieldName, FieldSchema>,
  values: Values,
  content: SubmitJob['content'] | undefined,
): Partial<SubmitJob> {
  const request: Record<string, unknown> = content === undefined ? {} : { content };
  for (const [name, { type }] of fields) {
    const value = values[name];
    if (value === undefined || value === '' || value === false) continue;
    const isNumber = type === 'integer' || type === 'number';
    request[name] = isNumber && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  return request as Partial<SubmitJob>;
}
