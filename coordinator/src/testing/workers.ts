import fc from 'fast-check';
import type { Worker } from '../dispatch/share.js';

/** A node as the sharing of work sees it: any speed, with nothing to do or with seconds of work. */
export const anyWorker: fc.Arbitrary<Worker> = fc
  .record({
    secondsPerTask: fc.double({ min: 0.001, max: 10, noNaN: true }),
    backlog: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true })),
  })
  .map((drawn) => ({ ...drawn, idle: drawn.backlog === 0 }));
