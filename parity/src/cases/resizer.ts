import { CubicResizer } from '@tessera/tiler';
import { areaAverage, cubicWithoutAntialiasing } from '../mistakes/resizers.js';
import { floats } from '../pack/array.js';
import { defineCase, type Outputs } from './case.js';

/** Resizes C,height,width by numerator / denominator. */
type Resize = (
  image: Float32Array,
  width: number,
  height: number,
  numerator: number,
  denominator: number,
) => Float32Array;

interface Settings {
  readonly resize: Resize;
}

const OUTPUT = /^(?<image>.+)_(?<direction>down|up)(?<factor>\d+)$/;

/** Down and Up of every recorded image by every recorded factor. */
export const resizerCase = defineCase<Settings>({
  settings: () => ({
    resize: (image, width, height, numerator, denominator) =>
      new CubicResizer(width, height, numerator, denominator).apply(image),
  }),
  outputs(recorded, { resize }): Outputs {
    const outputs: Record<string, Outputs[string]> = {};
    for (const key of Object.keys(recorded.tolerance)) {
      const name = OUTPUT.exec(key)?.groups as
        | { image: string; direction: string; factor: string }
        | undefined;
      if (!name) continue;
      outputs[key] = () => {
        const image = recorded.array(name.image);
        const [height, width] = image.shape.slice(-2) as [number, number];
        const factor = Number(name.factor);
        const [numerator, denominator] = name.direction === 'up' ? [factor, 1] : [1, factor];
        const actual = resize(floats(image), width, height, numerator, denominator);
        return { actual, expected: floats(recorded.array(key)) };
      };
    }
    return outputs;
  },
  mistakes: {
    'no antialiasing': () => ({ resize: cubicWithoutAntialiasing }),
    'area average': () => ({ resize: areaAverage }),
  },
});
