import { Problem, problemOf } from './problem.js';

/** Address of something of the API, beside the page wherever a proxy has put it. */
export function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

/** GET as JSON. Throws `Problem`. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call(path, signal ? { signal } : {})) as T;
}

/** POST of a JSON body (or none), answered by JSON. Throws `Problem`. */
export async function post<T>(
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const sent = body === undefined ? {} : { 'content-type': 'application/json' };
  const init: RequestInit = { method: 'POST', headers: { ...sent, ...headers } };
  if (body !== undefined) init.body = JSON.stringify(body);
  return (await call(path, init)) as T;
}

async function call(path: string, init: RequestInit): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(address(path), init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, '', 'The coordinator does not answer.');
  }
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => ({})));
  return answer.status === 204 ? undefined : await answer.json();
}
