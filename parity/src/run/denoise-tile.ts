import { createHash, randomUUID } from 'node:crypto';
import type { Guide, Newton } from '@tessera/proto';
import type { Environment } from './environment.js';
import { bytesOf, floatsOf } from './graph.js';

const SECONDS = 120;

/** One tile-step with a recorded context and a recorded guide. */
export interface TileStep {
  /** C,s,s. */
  readonly x: Float32Array;
  readonly timestep: number;
  readonly alphaCumprod: number;
  /** diffusers'; 1 is off. */
  readonly guidanceScale: number;
  /** tokens,width. */
  readonly context: Float32Array;
  /** What the Newton projection pulls it to; undefined: it is not projected. */
  readonly guided?: {
    /** 3,P/ratio,P/ratio. */
    readonly guide: Float32Array;
    readonly ratio: number;
    readonly newton: Newton;
  };
}

/** The node's answer over gRPC; the context enters by its cache, the guide as a frame on its bus. */
export async function denoiseTile(
  environment: Environment,
  tile: TileStep,
): Promise<{ x: Float32Array; x0: Float32Array }> {
  const { digest, node, connection, bus } = environment;
  const condition = createHash('sha256').update(bytesOf(tile.context)).digest();
  node.contexts.set(digest, condition.toString('hex'), tile.context);
  const guide = tile.guided && (await publishGuide(environment, tile.guided));
  const request = {
    bundle: digest,
    projection: { input: false, backprojection: 0, newton: tile.guided?.newton, bundle: false },
    tiles: [
      {
        id: 0,
        position: 'parity',
        timestep: tile.timestep,
        alphaCumprod: tile.alphaCumprod,
        guidanceScale: tile.guidanceScale,
        x: bytesOf(tile.x),
        conditioning: { digest: condition, magnification: 0, grid: new Uint8Array() },
        guide,
      },
    ],
  };
  const { tiles } = await connection.denoise(request, { seconds: SECONDS });
  for (const { subject } of guide?.frames ?? []) await bus.release(subject);
  const outcome = tiles[0]?.outcome;
  if (outcome?.$case !== 'denoised')
    throw new Error(`expected an estimate but got ${JSON.stringify(outcome)}`);
  return { x: floatsOf(outcome.value.x), x0: floatsOf(outcome.value.x0) };
}

async function publishGuide(
  { manifest, bus }: Environment,
  { guide, ratio }: NonNullable<TileStep['guided']>,
): Promise<Guide> {
  const { pixels } = manifest.tile;
  const subject = `tessera.guide.${randomUUID()}.1.0.0`;
  await bus.publish(subject, bytesOf(asFrame(guide, pixels / ratio, pixels)));
  return {
    ratio,
    blur: 0,
    x: 0,
    y: 0,
    width: pixels,
    height: pixels,
    frames: [{ subject, x: 0, y: 0 }],
    window: 'uniform',
  };
}

/** A guide of `side` px in the corner of a frame of `pixels` px. */
function asFrame(guide: Float32Array, side: number, pixels: number): Float32Array {
  const frame = new Float32Array(3 * pixels * pixels);
  for (let row = 0; row < 3 * side; row++) {
    const channel = Math.floor(row / side);
    frame.set(guide.subarray(row * side, (row + 1) * side), (channel * pixels + (row % side)) * pixels);
  }
  return frame;
}
