import type { NoiseRequest, NoiseSource } from '@tessera/tiler';

/** Values of a whole canvas: C,height,width. */
export interface CanvasValues {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Recorded values in the place of a seed's: `of` answers with the canvas from which a request is cut. */
export function recordedNoise(of: (request: NoiseRequest) => CanvasValues): NoiseSource {
  return {
    fill(out, request) {
      const { x, y, width, height, channels } = request;
      const canvas = of(request);
      if (x + width > canvas.width || y + height > canvas.height || channels !== canvas.channels)
        throw new Error(`expected recorded values for ${JSON.stringify(request)}`);
      for (let row = 0; row < channels * height; row++) {
        const channel = Math.floor(row / height);
        const from = (channel * canvas.height + y + (row % height)) * canvas.width + x;
        out.set(canvas.data.subarray(from, from + width), row * width);
      }
    },
  };
}
