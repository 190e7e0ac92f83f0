import type { Problem as ProblemDetails } from '@tessera/coordinator/schema/problem.js';

/** A call that was refused or got no answer: RFC 9457 problem details, with our stable code and the fields at fault. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** HTTP status; 0 where nothing answered. */
    readonly status: number,
    /** `TESSERA_...`; empty where nothing answered. */
    readonly code: string,
    message: string,
    /** What is wrong with which field of the request, by its name with dots. */
    readonly fields: ReadonlyMap<string, string> = new Map(),
  ) {
    super(message);
  }
}

/** The problem that a body says, or what can be said of a body that says none. */
export function problemOf(status: number, body: Partial<ProblemDetails>): Problem {
  const fields = new Map((body.errors ?? []).map(({ field, message }) => [field, message]));
  const message = body.detail ?? body.title ?? `The coordinator answered with status ${status}.`;
  return new Problem(status, body.code ?? '', message, fields);
}
