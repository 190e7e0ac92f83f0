import { signal } from '@preact/signals';
import type { JobView } from '@tessera/coordinator/schema/job.js';
import { post } from '../api/http.js';
import { Problem } from '../api/problem.js';
import { noteJob } from '../session/job-list.js';
import { choose } from '../session/view.js';
import { type Chosen, contentOf } from './content-field.js';
import { requestOf, type Values } from './request.js';
import type { FieldName, FieldSchema } from './schema.js';

/** What was entered. */
export const values = signal<Values>({ width: '2048', height: '2048' });

/** What the picture shows. */
export const chosen = signal<Chosen>({ kind: 'seed' });

/** What the API refused: by field, and as a whole. */
export const refusal = signal<Problem | undefined>(undefined);

/** True between asking and the answer. */
export const sending = signal(false);

/** Notes what was entered; what was wrong with the field is not said any more. */
export function enter(name: FieldName, value: string | boolean): void {
  values.value = { ...values.value, [name]: value };
  const before = refusal.value;
  if (before === undefined || !before.fields.has(name)) return;
  const fields = new Map(before.fields);
  fields.delete(name);
  refusal.value =
    fields.size === 0 ? undefined : new Problem(before.status, before.code, before.message, fields);
}

/** Asks for the picture and shows it, or says what is wrong with which field. */
export async function submit(
  fields: ReadonlyMap<FieldName, FieldSchema> | Promise<ReadonlyMap<FieldName, FieldSchema>>,
): Promise<void> {
  if (sending.value) return;
  sending.value = true;
  refusal.value = undefined;
  try {
    const request = requestOf(await fields, values.value, contentOf(chosen.value));
    const job = await post<JobView>('v1/jobs', request, { 'idempotency-key': key() });
    noteJob(job);
    choose(job.id);
  } catch (error) {
    refusal.value = error instanceof Problem ? error : new Problem(0, '', (error as Error).message);
  } finally {
    sending.value = false;
  }
}

/** Not `randomUUID`: there is none on a page that came by plain http from another machine. */
function key(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join('-');
}
