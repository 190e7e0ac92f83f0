import { TesseraError } from '@tessera/tiler/device';
import { serve } from './serve.js';

/** What the thread of thread.test.ts can be asked. */
export type FixtureCalls = {
  length: { request: Float32Array; reply: number };
  refuse: { request: string; reply: undefined };
  breakDown: { request: string; reply: undefined };
  exit: { request: undefined; reply: undefined };
  crash: { request: undefined; reply: undefined };
};

serve<FixtureCalls>(
  {
    length: async (values) => ({ value: values.length }),
    refuse: async (field) => {
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', field, 'anything else', 1);
    },
    breakDown: async (why) => {
      throw new TesseraError('TESSERA_GRAPH_FAILED', why);
    },
    exit: async () => process.exit(3),
    crash: () => {
      setImmediate(() => {
        throw new Error('out of nowhere');
      });
      return new Promise(() => {});
    },
  },
  ({ code }) => code === 'TESSERA_GRAPH_FAILED',
);
