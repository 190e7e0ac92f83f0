import { afterEach, describe, expect, it } from 'vitest';
import { NodeConnection } from '../dispatch/node-connection.js';
import { Farm } from '../farm/farm.js';
import { renderOnFarm } from '../job/render-job.js';
import { faultFarm } from '../testing/fault-farm.js';
import { faultJob } from '../testing/fault-job.js';

const { bus, start } = faultFarm();
let farm: Farm;
afterEach(() => farm.close());

describe('a large canvas', () => {
  it('is filled with noise while the event loop turns, so that leases are renewed', async () => {
    farm = new Farm();
    await farm.pool.add(new NodeConnection((await start()).address));
    // A dozen times what is done between two turns: one second of noise.
    const large = { width: 20_000, height: 20_000, steps: 1 };
    let turns = 0;
    let turning = true;
    const turn = () => {
      turns++;
      if (turning) setImmediate(turn);
    };
    const stop = AbortSignal.abort();
    const run = renderOnFarm(
      faultJob(large, { openOutput: undefined }),
      { nodes: [], bus, version: 'test', signal: stop },
      farm,
    );
    turn();
    await expect(run).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
    turning = false;
    expect(turns).toBeGreaterThan(5);
  });
});
