import type { status } from '@grpc/grpc-js';
import type { Denoised, TileError } from '@tessera/proto';
import type { Fault } from './fault-node.js';

/** What the faults need to know of requests and answers; Denoise and Decode both fit. */
interface Tiles {
  readonly tiles: readonly { readonly id: number; readonly position: string }[];
}
interface Answers {
  tiles: {
    id: number;
    outcome?:
      | { $case: 'error'; value: TileError }
      | { $case: 'denoised'; value: Denoised }
      | { $case: string; value: unknown }
      | undefined;
  }[];
}

/** The first `count` calls fail so, the rest is right. */
export function times<Q, R>(count: number, fault: Fault<Q, R>): Fault<Q, R> {
  let left = count;
  return (request, answer) => (left-- > 0 ? fault(request, answer) : answer());
}

/** The first `count` calls are right, the rest fails so. */
export function after<Q, R>(count: number, fault: Fault<Q, R>): Fault<Q, R> {
  let left = count;
  return (request, answer) => (left-- > 0 ? answer() : fault(request, answer));
}

/** Does something before it answers rightly. */
export function doing(what: () => void): <R>(request: unknown, answer: () => Promise<R>) => Promise<R> {
  return (_, answer) => {
    what();
    return answer();
  };
}

/** The call as a whole fails with a gRPC status, or throw a TesseraError for one of our codes. */
export function refusing(
  error: status | Error,
): <R>(request: unknown, answer: () => Promise<R>) => Promise<R> {
  return () => Promise.reject(typeof error === 'number' ? { code: error, details: 'refused' } : error);
}

/** Never answers. */
export function silent<R>(_: unknown, _answer: () => Promise<R>): Promise<R> {
  return new Promise(() => {});
}

/** Answers after all when `gate` opens. */
export function late(gate: Promise<unknown>): <R>(request: unknown, answer: () => Promise<R>) => Promise<R> {
  return async (_, answer) => {
    await gate;
    return answer();
  };
}

/** NaN comes out of a graph for the tiles whose position matches. */
export function notFinite(
  where: RegExp = /./,
): <R extends Answers>(request: Tiles, answer: () => Promise<R>) => Promise<R> {
  return async ({ tiles }, answer) => {
    const response = await answer();
    for (const [i, { position }] of tiles.entries()) {
      if (!where.test(position)) continue;
      const value = { code: 'TESSERA_NOT_FINITE', message: `NaN in the output for ${position}` };
      response.tiles[i]!.outcome = { $case: 'error', value };
    }
    return response;
  };
}

/** Estimates and pictures come back a byte short. */
export async function shortened<R extends Answers>(_: unknown, answer: () => Promise<R>): Promise<R> {
  const response = await answer();
  for (const { outcome } of response.tiles) {
    if (outcome?.$case === 'denoised') {
      const denoised = outcome.value as Denoised;
      denoised.x0 = denoised.x0.subarray(1);
    } else if (outcome?.$case === 'image') outcome.value = (outcome.value as Uint8Array).subarray(1);
  }
  return response;
}

/** Estimates hold a NaN that the node says nothing of. */
export async function poisoned<R extends Answers>(_: unknown, answer: () => Promise<R>): Promise<R> {
  const response = await answer();
  for (const { outcome } of response.tiles)
    if (outcome?.$case === 'denoised') (outcome.value as Denoised).x0.set([0, 0, 0xc0, 0x7f], 4);
  return response;
}

/** Half of the tiles are not answered, the others twice. */
export async function doubled<R extends Answers>(_: unknown, answer: () => Promise<R>): Promise<R> {
  const response = await answer();
  const kept = response.tiles.filter((_tile, i) => i % 2 === 0);
  return { ...response, tiles: [...kept, ...kept] };
}
