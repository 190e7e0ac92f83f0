import { encodeHalf, GuideResidual } from '@tessera/tiler/device';
import { allFinite } from './finite.js';
import type { Graphs } from './graphs.js';
import type { DecodeBatch, DecodeReply, DeviceWork, TileGuide } from './protocol.js';

/** Latents to pictures, each in the elements it was asked in. */
export async function decode(graphs: Graphs, { z, pictures }: DecodeBatch): Promise<DecodeReply> {
  const { channels, size } = graphs.sessions.bundle.manifest.tile;
  const work: DeviceWork = {};
  const outputs = await graphs.run(
    'decoder',
    { z: { type: 'float32', shape: [pictures.length, channels, size, size], data: z } },
    work,
  );
  const all = Object.values(outputs)[0]!.data as Float32Array;
  const length = all.length / pictures.length;
  const residuals = new Map<number, GuideResidual>();
  const images = pictures.map(({ type, clamp, guide }, i) => {
    const image = all.subarray(i * length, (i + 1) * length);
    if (!allFinite(image)) return undefined;
    if (guide) correct(image, guide, residuals);
    if (clamp) clampImage(image);
    return type === 'float16' ? halfBytes(image) : new Uint8Array(image.slice().buffer);
  });
  return { images, work };
}

/** u + Up(G - Down(u)): one step of iterative back-projection (Irani and Peleg, 1991), without a network. */
function correct(
  image: Float32Array,
  { image: guide, ratio }: TileGuide,
  residuals: Map<number, GuideResidual>,
): void {
  const residual = residuals.get(ratio) ?? GuideResidual.of({ guide, batch: 1, ratio });
  residuals.set(ratio, residual);
  const lifted = new Float32Array(image.length);
  residual.lift(image, guide, lifted);
  for (let i = 0; i < image.length; i++) image[i] = image[i]! + lifted[i]!;
}

function clampImage(image: Float32Array): void {
  for (let i = 0; i < image.length; i++) image[i] = Math.min(Math.max(image[i]!, -1), 1);
}

function halfBytes(image: Float32Array): Uint8Array<ArrayBuffer> {
  const bits = new Uint16Array(image.length);
  encodeHalf(image, bits);
  return new Uint8Array(bits.buffer);
}
