import { encodeHalf } from '@tessera/tiler';
import { allFinite } from './finite.js';
import type { Graphs } from './graphs.js';
import type { DecodeBatch, DecodeReply, DeviceWork } from './protocol.js';

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
  const images = pictures.map(({ type, clamp }, i) => {
    const image = all.subarray(i * length, (i + 1) * length);
    if (!allFinite(image)) return undefined;
    if (clamp) clampImage(image);
    return type === 'float16' ? halfBytes(image) : new Uint8Array(image.slice().buffer);
  });
  return { images, work };
}

function clampImage(image: Float32Array): void {
  for (let i = 0; i < image.length; i++) image[i] = Math.min(Math.max(image[i]!, -1), 1);
}

function halfBytes(image: Float32Array): Uint8Array<ArrayBuffer> {
  const bits = new Uint16Array(image.length);
  encodeHalf(image, bits);
  return new Uint8Array(bits.buffer);
}
