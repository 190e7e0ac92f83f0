import { InProcessFrameBus } from '@tessera/proto';
import { afterEach, expect, it } from 'vitest';
import { TesseraNode } from '../node.js';
import { TINY_BUNDLE } from '../testing/tiny-bundle.js';
import { SimulatedDevice, simulatedMilliseconds } from './simulated-device.js';

let node: TesseraNode | undefined;
afterEach(() => node?.close());

it.each([
  ['simulated:16ms', 16],
  ['simulated:0.5ms', 0.5],
  ['cpu', undefined],
])('the device %s takes %s ms a tile', (device, milliseconds) => {
  expect(simulatedMilliseconds(device)).toBe(milliseconds);
});

it.each(['simulated', 'simulated:16', 'simulated:-1ms'])('%s is no device', (device) => {
  expect(() => simulatedMilliseconds(device)).toThrow(
    expect.objectContaining({ code: 'TESSERA_DEVICE_UNAVAILABLE' }),
  );
});

it('is what a node says it computes with, and of a class of numerics of its own', async () => {
  node = await TesseraNode.start({
    bundles: [TINY_BUNDLE],
    listen: '127.0.0.1:0',
    bus: new InProcessFrameBus(),
    device: 'simulated:16ms',
    batch: 4,
  });
  const { device, bundles } = node.describe();
  expect(device).toBe('simulated:16ms');
  expect(bundles[0]).toMatchObject({ batch: 4, secondsPerEvaluation: 0.016, numerics: 'simulated' });
});

it('asks for a bundle that it has loaded', async () => {
  const device = new SimulatedDevice(1);
  const decode = device.call(
    'decode',
    { bundle: 'none', z: new Float32Array(), pictures: [] },
    [],
    new AbortController().signal,
  );
  await expect(decode).rejects.toMatchObject({ code: 'TESSERA_BUNDLE_UNKNOWN' });
});
