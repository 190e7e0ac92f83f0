import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { CoordinatorService } from '@tessera/proto';
import type { ObserveCall } from '../observe/answered-call.js';

const METHODS = new Map(
  Object.values(CoordinatorService).map(({ path, responseStream }) => [
    path as string,
    { name: path.slice(path.lastIndexOf('/') + 1), streams: responseStream },
  ]),
);

/** Tells of every call, those that are refused or cancelled too. Health is no part of the API. */
export function observeCalls(observe: ObserveCall): ServerInterceptor {
  return ({ path }, call) => {
    const method = METHODS.get(path);
    if (method === undefined) return new ServerInterceptingCall(call);
    const started = performance.now();
    let over = false;
    const ended = (code: status) => {
      if (over) return;
      over = true;
      const seconds = method.streams ? undefined : (performance.now() - started) / 1000;
      observe({ api: 'grpc', call: method.name, status: status[code] ?? 'UNKNOWN', seconds });
    };
    return new ServerInterceptingCall(call, {
      start: (next) => next({ onCancel: () => ended(status.CANCELLED) }),
      sendStatus: (answer, next) => {
        ended(answer.code ?? status.UNKNOWN);
        next(answer);
      },
    });
  };
}
