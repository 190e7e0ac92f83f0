import { expect, test } from 'vitest';
import { scaleBar } from './scale-bar.js';

test.each([
  [0.5e-6, 1, '50 µm', 100],
  [0.5e-6, 4, '20 µm', 160],
  [0.5e-6, 1 / 64, '5 mm', 156.25],
  [0.5e-6, 100, '500 nm', 100],
  [undefined, 1, '100 px', 100],
])('%s m a pixel at zoom %s: %s', (metersPerPixel, zoom, text, width) => {
  const bar = scaleBar(metersPerPixel, zoom, 160);
  expect(bar.text).toBe(text);
  expect(bar.width).toBeCloseTo(width);
});
