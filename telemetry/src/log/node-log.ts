import type { CallObserver, Headers, LoadedBundle, Method, NodeObserver } from '@tessera/gpu-node';
import type { TesseraError } from '@tessera/tiler';
import type { Logger } from 'pino';
import { BATCH_HEADER, JOB_HEADER } from './headers.js';

/** What happens on a node, a line an event; `job` and `batch` are the coordinator's. */
export class NodeLog implements NodeObserver {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  bundle({ manifest: { name: bundle }, digest, report }: LoadedBundle, seconds: number): void {
    const { size, secondsPerEvaluation } = report;
    const fields = { bundle, digest: digest.slice(0, 12), seconds, batch: size.rows, secondsPerEvaluation };
    this.#log.info(fields, 'bundle loaded');
  }

  device(ready: boolean, reason?: TesseraError): void {
    if (ready) this.#log.info('device ready');
    else this.#log.error({ code: reason?.code, cause: reason?.message }, 'device lost, starting it again');
  }

  call(method: Method, tiles: number, headers: Headers): CallObserver {
    const began = performance.now();
    const log = this.#log;
    return {
      gathered: () => {},
      computed: () => {},
      ended: (error) => {
        const level = error === undefined ? 'debug' : 'warn';
        if (!log.isLevelEnabled(level)) return;
        const seconds = (performance.now() - began) / 1000;
        const fields = {
          job: headers(JOB_HEADER),
          batch: numberOf(headers(BATCH_HEADER)),
          method,
          tiles,
          seconds,
        };
        if (error === undefined) log.debug(fields, 'call answered');
        else log.warn({ ...fields, code: error.code, cause: error.message }, 'call failed');
      },
    };
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
