import { unary } from '@tessera/farm/service';
import { TesseraError } from '@tessera/tiler';
import type { CallObserver, Method, NodeObserver } from '../observe/observer.js';

/** A unary method whose calls are told to an observer; `tiles` counts what a request asks for. */
export function observed<Request, Response>(
  observer: NodeObserver,
  method: Method,
  tiles: (request: Request) => number,
  handle: (request: Request, signal: AbortSignal, call: CallObserver) => Promise<Response>,
) {
  return unary<Request, Response>(async (request, signal, metadata) => {
    const header = (key: string) => metadata.get(key)[0]?.toString();
    const call = observer.call(method, tiles(request), header);
    try {
      const response = await handle(request, signal, call);
      call.ended();
      return response;
    } catch (error) {
      call.ended(TesseraError.from(error));
      throw error;
    }
  });
}
