import type { SubmitJob } from '@tessera/coordinator/schema/submit-job.js';
import { get } from '../api/http.js';

/** What JSON Schema says of a field, as far as a form can show it. */
export interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** Name of a field of the request. */
export type FieldName = keyof SubmitJob;

interface OpenApi {
  readonly components: {
    readonly schemas: Record<string, { readonly properties?: Record<string, FieldSchema> }>;
  };
}

/** Fields of POST /v1/jobs in the order of the API's own description. Throws `Problem`. */
export async function readFields(signal?: AbortSignal): Promise<ReadonlyMap<FieldName, FieldSchema>> {
  const { components } = await get<OpenApi>('openapi.json', signal);
  return new Map(Object.entries(components.schemas.SubmitJob?.properties ?? {})) as ReadonlyMap<
    FieldName,
    FieldSchema
  >;
}

/** `guidanceScale` as `Guidance scale`. */
export function labelOf(name: string): string {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
