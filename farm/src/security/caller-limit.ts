import { TesseraError } from '@tessera/tiler';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

/** Requests are counted over so many seconds: a page that opens asks for much at once. */
const WINDOW = 10;

/** How much each caller may ask for. Counts of callers that are quiet are forgotten. */
export class CallerLimit {
  readonly #limiter: RateLimiterMemory;
  readonly #points: number;

  /** `perSecond` requests of one caller, averaged over ten seconds. */
  constructor(perSecond: number) {
    this.#points = perSecond * WINDOW;
    this.#limiter = new RateLimiterMemory({ points: this.#points, duration: WINDOW });
  }

  /** Counts a request of a caller. Throws TESSERA_RATE_LIMITED, which says when to ask again. */
  async count(caller: string): Promise<void> {
    try {
      await this.#limiter.consume(caller);
    } catch (refused) {
      const seconds = Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000);
      throw new TesseraError(
        'TESSERA_RATE_LIMITED',
        `More than ${this.#points} requests in ${WINDOW} s: ask again in ${seconds} s`,
      );
    }
  }
}
