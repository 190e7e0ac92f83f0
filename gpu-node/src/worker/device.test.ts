import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bundle, openBundle } from '../bundle/open-bundle.js';
import type { ReportStore } from '../probe/kept-reports.js';
import { TINY_BUNDLE } from '../testing/tiny-bundle.js';
import { Device } from './device.js';
import type { DeviceCalls } from './protocol.js';

const SETTINGS = { device: 'cpu', threads: 1 };

let bundle: Bundle;
let device: Device;
let readiness: boolean[];

beforeEach(async () => {
  bundle = await openBundle(TINY_BUNDLE);
  readiness = [];
  device = await Device.start(SETTINGS, (ready) => readiness.push(ready));
  await device.load(bundle, 4);
});

afterEach(() => device.close());

function layout(label: bigint, signal = new AbortController().signal): Promise<DeviceCalls['run']['reply']> {
  const inputs = {
    x: { type: 'float32', shape: [1, 8, 2, 2], data: new Float32Array(32) },
    t: { type: 'float32', shape: [1], data: Float32Array.of(5) },
    label: { type: 'int64', shape: [1], data: BigInt64Array.of(label) },
  } as const;
  return device.call('run', { bundle: bundle.digest, role: 'layout', inputs }, [], signal);
}

const failed = expect.objectContaining({ code: 'TESSERA_GRAPH_FAILED' });
const died = expect.objectContaining({ code: 'TESSERA_WORKER_DIED' });

describe('Device', () => {
  it('rejects the run that failed and what waited with it, then works again', async () => {
    const bad = layout(7n);
    const other = layout(0n);
    await expect(bad).rejects.toThrow(failed);
    await expect(other).rejects.toThrow(died);
    const { outputs } = await layout(1n);
    expect(outputs.prediction!.shape).toEqual([1, 8, 2, 2]);
    expect(readiness).toEqual([true, false, true]);
  });

  it('does not measure again what is kept', async () => {
    const found = { ...(await device.load(bundle, 4)), secondsPerEvaluation: 123 };
    const kept: ReportStore = {
      find: async () => found,
      keep: () => Promise.reject(new Error('nothing was measured')),
    };
    expect(await device.load(bundle, 4, kept)).toEqual(found);
    expect((await layout(1n)).outputs.prediction!.shape).toEqual([1, 8, 2, 2]);
  });

  it('takes back a call that has not begun', async () => {
    const abort = new AbortController();
    const calls = [layout(0n), layout(0n), layout(0n, abort.signal)];
    abort.abort();
    await expect(calls[2]).rejects.toThrow(expect.objectContaining({ code: 'TESSERA_CANCELLED' }));
    await Promise.all(calls.slice(0, 2));
  });

  it('refuses calls when too many wait', async () => {
    const calls = Array.from({ length: 80 }, () => layout(0n));
    const results = await Promise.allSettled(calls);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBe(80 - 2 - 64);
    expect(refused[0]).toMatchObject({ reason: { code: 'TESSERA_NODE_UNAVAILABLE' } });
  });

  it.each(['tpu', 'cpu:x', ''])('names the providers there are instead of %j', async (name) => {
    await expect(Device.start({ device: name, threads: 1 }, () => {})).rejects.toThrow(
      expect.objectContaining({ code: 'TESSERA_DEVICE_UNAVAILABLE', field: 'device' }),
    );
  });
});
