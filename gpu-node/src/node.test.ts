import { DataType, type DenoiseRequest, type FrameBus, type Guide, InProcessFrameBus } from '@tessera/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from './bundle/open-bundle.js';
import { conditioningDigest } from './context/conditioning-digest.js';
import { type NodeOptions, TesseraNode } from './node.js';
import { bytesOf, estimateOf, failureOf, NodeUnderTest, tinyTile } from './testing/node-under-test.js';
import { LATENT_LENGTH, numbers, TINY_BUNDLE, TINY_FOLDED } from './testing/tiny-bundle.js';

const INPUT = { input: true, backprojection: 0, newton: undefined, bundle: false };
const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;

let under: NodeUnderTest;
let bundle: string;

beforeAll(async () => {
  under = await NodeUnderTest.start();
  bundle = (await openBundle(TINY_BUNDLE)).digest;
});

afterAll(() => under.close());

function request(tiles: DenoiseRequest['tiles'], projection?: DenoiseRequest['projection']): DenoiseRequest {
  return { bundle, projection, tiles };
}

function guide(subject: string, more: Partial<Guide> = {}): Guide {
  const frames = [{ subject, x: 0, y: 0 }];
  return { ratio: 4, blur: 0.25, x: 16, y: 32, width: 64, height: 64, window: 'cosine', frames, ...more };
}

describe('Describe', () => {
  it('says what the node is and what it measured', async () => {
    const node = await under.describe();
    expect(node).toMatchObject({ device: 'cpu', threads: 1, version: expect.stringMatching(/^\d+\./) });
    expect(node.bundles).toMatchObject([{ digest: bundle, name: 'tiny', batch: 4, padded: false }]);
    const { numerics, secondsPerEvaluation, flops } = node.bundles[0]!;
    expect(numerics).toMatch(/^[0-9a-f]{64}$/);
    expect(secondsPerEvaluation).toBeGreaterThan(0);
    // Two a multiply-add: 64 cells, 4 latent channels, 3 * 8 * 8 values of a block.
    expect(flops).toMatchObject({ decoder: 2 * 64 * 4 * 192, encoder: 2 * 64 * 4 * 192 });
  });
});

describe('Denoise', () => {
  it('answers the tiles in order, in runs of the batch size', async () => {
    const tiles = [5, 3, 9, 1, 7].map((id) => tinyTile(id));
    const { tiles: answers, work } = await under.denoise(request(tiles));
    expect(answers.map(({ id }) => id)).toEqual([5, 3, 9, 1, 7]);
    expect(work?.denoiser).toBe(10);
    const alone = await under.denoise(request([tinyTile(9)]));
    expect(estimateOf(answers[2])).toEqual(estimateOf(alone.tiles[0]));
  });

  it('asks for a context it does not have, and keeps it once sent', async () => {
    const full = tinyTile(100);
    const bare = tinyTile(100, { conditioning: { ...full.conditioning!, grid: new Uint8Array() } });
    const before = await under.denoise(request([bare, tinyTile(1)]));
    expect(before.tiles.map(({ outcome }) => outcome?.$case)).toEqual(['missing', 'denoised']);
    expect(before.tiles[0]!.outcome).toMatchObject({ value: { grid: true, frames: [] } });
    const sent = await under.denoise(request([full]));
    const after = await under.denoise(request([bare]));
    expect(estimateOf(after.tiles[0])).toEqual(estimateOf(sent.tiles[0]));
  });

  it('takes contexts that were put in by digest', async () => {
    const { conditioning } = tinyTile(101);
    const digest = Buffer.from(conditioning!.digest).toString('hex');
    under.node.contexts.set(bundle, digest, new Float32Array(17 * 16));
    const x = bytesOf(numbers(LATENT_LENGTH, 0));
    const { tiles } = await under.denoise(
      request([tinyTile(1, { x, guidanceScale: 1, conditioning }), tinyTile(2, { x, guidanceScale: 0 })]),
    );
    expect(estimateOf(tiles[0])).toEqual(estimateOf(tiles[1]));
  });

  it('asks for frames that are not on the bus, and uses them once decoded', async () => {
    const subject = 'tessera.guide.job.1.0.0';
    const tile = tinyTile(4, { guide: guide(subject) });
    const before = await under.denoise(request([tile], INPUT));
    expect(before.tiles[0]!.outcome).toEqual({ $case: 'missing', value: { grid: false, frames: [subject] } });
    const z = bytesOf(numbers(LATENT_LENGTH, 77).map((value) => 4 * value));
    const frame = { id: 1, position: 'job/1/0/0,0', z, type: DataType.FLOAT16, publish: subject };
    const { tiles } = await under.decode({ bundle, tiles: [frame] });
    expect(tiles[0]!.outcome).toEqual({ $case: 'published', value: 2 * 3 * 64 * 64 });
    const after = await under.denoise(request([tile], INPUT));
    const without = await under.denoise(request([tinyTile(4)], INPUT));
    expect(estimateOf(after.tiles[0])).not.toEqual(estimateOf(without.tiles[0]));
  });

  it('fails the one tile that is not finite, naming its position', async () => {
    const x = bytesOf(new Float32Array(LATENT_LENGTH).fill(Number.POSITIVE_INFINITY));
    const { tiles } = await under.denoise(request([tinyTile(1), tinyTile(2, { x })]));
    expect(tiles[0]!.outcome?.$case).toBe('denoised');
    expect(tiles[1]!.outcome).toMatchObject({
      $case: 'error',
      value: { code: 'TESSERA_NOT_FINITE', message: expect.stringContaining('job/0/0/2,0') },
    });
  });

  it.each([
    ['x of another length', { x: new Uint8Array(8) }],
    ['t = 0', { timestep: 0 }],
    ['t = NaN', { timestep: Number.NaN }],
    ['t past the schedule', { timestep: 1001 }],
    ['abar = 0', { alphaCumprod: 0 }],
    ['an infinite guidance scale', { guidanceScale: Number.POSITIVE_INFINITY }],
    ['no conditioning', { conditioning: undefined }],
    [
      'a digest of another grid',
      { conditioning: { ...tinyTile(1).conditioning!, digest: new Uint8Array(32) } },
    ],
    ['a short digest', { conditioning: { ...tinyTile(1).conditioning!, digest: new Uint8Array(31) } }],
    ['an unknown magnification', { conditioning: { ...tinyTile(1).conditioning!, magnification: 4 } }],
    [
      'a grid that is no square',
      { conditioning: { ...tinyTile(1).conditioning!, grid: new Uint8Array(64) } },
    ],
    ['a guide of ratio 0', { guide: guide('s', { ratio: 0 }) }],
    ['a guide of an odd ratio', { guide: guide('s', { ratio: 3 }) }],
    ['a guide that begins outside', { guide: guide('s', { x: 64 }) }],
    ['a guide without frames', { guide: guide('s', { frames: [] }) }],
    ['a guide of an unknown window', { guide: guide('s', { window: 'square' }) }],
    ['a guide of blur 2', { guide: guide('s', { blur: 2 }) }],
  ])('refuses %s as INVALID_ARGUMENT', async (_what, more) => {
    const call = under.denoise(request([tinyTile(1, more as Partial<DenoiseRequest['tiles'][0]>)]));
    expect(await failureOf(call)).toEqual([INVALID_ARGUMENT, 'TESSERA_BAD_ARGUMENT']);
  });

  it('refuses a grid with NaN', async () => {
    const { conditioning } = tinyTile(1);
    const grid = bytesOf(new Float32Array(8).fill(Number.NaN));
    const digest = conditioningDigest(0, grid);
    const call = under.denoise(request([tinyTile(1, { conditioning: { ...conditioning!, digest, grid } })]));
    expect(await failureOf(call)).toEqual([INVALID_ARGUMENT, 'TESSERA_BAD_GRID']);
  });

  it('refuses frames that do not cover the crop', async () => {
    const subject = 'tessera.guide.job.1.1.0';
    await under.bus.publish(subject, new Uint8Array(4 * 3 * 64 * 64));
    const off = guide(subject, { width: 128, height: 128, x: 60, y: 0 });
    const call = under.denoise(request([tinyTile(1, { guide: off })], INPUT));
    expect(await failureOf(call)).toEqual([INVALID_ARGUMENT, 'TESSERA_BAD_ARGUMENT']);
  });

  it('refuses an id given twice', async () => {
    const call = under.denoise(request([tinyTile(1), tinyTile(1)]));
    expect(await failureOf(call)).toEqual([INVALID_ARGUMENT, 'TESSERA_BAD_ARGUMENT']);
  });

  it('does not know other bundles', async () => {
    const call = under.denoise({ ...request([]), bundle: '0'.repeat(64) });
    expect(await failureOf(call)).toEqual([FAILED_PRECONDITION, 'TESSERA_BUNDLE_UNKNOWN']);
  });
});

describe('Decode', () => {
  const tile = { id: 1, position: 'job/0/3/0,0', publish: '' };

  it('answers pictures that are not clamped, in the elements asked for', async () => {
    const z = bytesOf(new Float32Array(LATENT_LENGTH).fill(4));
    const { tiles, work } = await under.decode({
      bundle,
      tiles: [
        { ...tile, z, type: DataType.FLOAT32 },
        { ...tile, id: 2, z, type: DataType.FLOAT16 },
      ],
    });
    expect(work?.decoder).toBe(2);
    const [single, half] = tiles.map(({ outcome }) =>
      outcome?.$case === 'image' ? outcome.value : undefined,
    );
    expect(new Float32Array(Uint8Array.from(single!).buffer).every((value) => Math.abs(value) <= 4)).toBe(
      true,
    );
    expect(Math.max(...new Float32Array(Uint8Array.from(single!).buffer))).toBeCloseTo(4, 5);
    expect(half!.byteLength).toBe(single!.byteLength / 2);
  });

  it('publishes frames clamped to [-1, 1]', async () => {
    const publish = 'tessera.guide.job.2.0.0';
    const z = bytesOf(new Float32Array(LATENT_LENGTH).fill(40));
    await under.decode({ bundle, tiles: [{ ...tile, z, type: DataType.FLOAT32, publish }] });
    const frame = new Float32Array(Uint8Array.from((await under.bus.fetch(publish))!).buffer);
    expect(Math.max(...frame)).toBe(1);
  });

  it('fails the one tile that is not finite', async () => {
    const z = bytesOf(new Float32Array(LATENT_LENGTH).fill(Number.NaN));
    const { tiles } = await under.decode({ bundle, tiles: [{ ...tile, z, type: DataType.FLOAT32 }] });
    expect(tiles[0]!.outcome).toMatchObject({ $case: 'error', value: { code: 'TESSERA_NOT_FINITE' } });
  });

  it.each([
    ['a latent of another length', { z: new Uint8Array(4), type: DataType.FLOAT32 }],
    ['elements of int64', { z: new Uint8Array(4 * LATENT_LENGTH), type: DataType.INT64 }],
  ])('refuses %s', async (_what, more) => {
    const call = under.decode({ bundle, tiles: [{ ...tile, ...more }] });
    expect(await failureOf(call)).toEqual([INVALID_ARGUMENT, 'TESSERA_BAD_ARGUMENT']);
  });
});

describe('Run', () => {
  const image = { type: DataType.FLOAT32, shape: [2, 3, 64, 64], data: new Uint8Array(4 * 2 * 3 * 64 * 64) };

  it('evaluates a graph by its role', async () => {
    const { outputs, work } = await under.run({ bundle, role: 'encoder', inputs: { image } });
    expect(outputs.z).toMatchObject({ type: DataType.FLOAT32, shape: [2, 4, 8, 8] });
    expect(work?.encoder).toBe(2);
  });

  it.each([
    ['another type', { ...image, type: DataType.FLOAT16 }],
    ['other sides', { ...image, shape: [2, 3, 32, 128] }],
    ['too few axes', { ...image, shape: [3, 64, 64] }],
    ['no rows', { ...image, shape: [0, 3, 64, 64], data: new Uint8Array() }],
    ['too little data', { ...image, data: image.data.subarray(1) }],
  ])('refuses %s', async (_what, tensor) => {
    const call = under.run({ bundle, role: 'encoder', inputs: { image: tensor } });
    expect(await failureOf(call)).toEqual([INVALID_ARGUMENT, 'TESSERA_BAD_ARGUMENT']);
  });

  it('refuses inputs of other names', async () => {
    const call = under.run({ bundle, role: 'encoder', inputs: { picture: image } });
    expect(await failureOf(call)).toEqual([INVALID_ARGUMENT, 'TESSERA_BAD_ARGUMENT']);
  });

  it.each(['prior', 'constructor'])('has no graph for the role %s', async (role) => {
    const call = under.run({ bundle, role, inputs: {} });
    expect(await failureOf(call)).toEqual([FAILED_PRECONDITION, 'TESSERA_BUNDLE_ROLE']);
  });
});

describe('a bundle that lacks what a projection needs', () => {
  it.each([
    ['backprojection', { ...INPUT, input: false, backprojection: 1 }],
    ['the guidance graph', { ...INPUT, input: false, bundle: true }],
  ])('is refused %s', async (_what, projection) => {
    const folded = await NodeUnderTest.start({ bundles: [TINY_FOLDED] });
    const { digest } = (await folded.describe()).bundles[0]!;
    const call = folded.denoise({ bundle: digest, projection, tiles: [tinyTile(1)] });
    expect(await failureOf(call)).toEqual([FAILED_PRECONDITION, 'TESSERA_BUNDLE_ROLE']);
    await folded.close();
  });
});

describe('TesseraNode.start', () => {
  const options: NodeOptions = {
    bundles: [TINY_BUNDLE],
    listen: '127.0.0.1:0',
    bus: new InProcessFrameBus(),
    threads: 1,
  };

  it('says that a port is in use', async () => {
    const call = TesseraNode.start({ ...options, listen: under.node.address });
    await expect(call).rejects.toThrow(
      expect.objectContaining({ code: 'TESSERA_PORT_IN_USE', field: 'listen' }),
    );
  });

  it.each([
    ['TESSERA_BAD_ARGUMENT', { listen: 'nowhere' }],
    ['TESSERA_BAD_ARGUMENT', { bundles: [] }],
    ['TESSERA_BAD_ARGUMENT', { threads: 0 }],
    ['TESSERA_BAD_ARGUMENT', { batch: 1.5 }],
    ['TESSERA_BAD_BUNDLE', { bundles: ['/nowhere'] }],
    ['TESSERA_DEVICE_UNAVAILABLE', { device: 'abacus' }],
  ])('throws %s for %j', async (code, more) => {
    await expect(TesseraNode.start({ ...options, ...more })).rejects.toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe('a node that several coordinators ask', () => {
  it('refuses a job that another outranks, at once and whole', async () => {
    let asked = () => {};
    let give = () => {};
    const held = new Promise<void>((resolve) => (asked = resolve));
    const frame = new Promise<undefined>((resolve) => (give = () => resolve(undefined)));
    const bus: FrameBus = new InProcessFrameBus();
    bus.fetch = () => {
      asked();
      return frame;
    };
    const shared = await NodeUnderTest.start({ bus });
    try {
      const guided = tinyTile(1, { guide: guide('tessera.guide.job.1.0.0') });
      const high = { coordinator: 'a', priority: 7 };
      const underWay = shared.denoise({ ...request([guided], INPUT), claim: high });
      await held;
      const low = { coordinator: 'b', priority: 2 };
      const denoise = shared.denoise({ ...request([tinyTile(2)]), claim: low });
      expect(await failureOf(denoise)).toEqual([ABORTED, 'TESSERA_OUTRANKED']);
      const decode = shared.decode({ bundle, tiles: [], claim: low });
      expect(await failureOf(decode)).toEqual([ABORTED, 'TESSERA_OUTRANKED']);
      give();
      await underWay;
      const { tiles } = await shared.denoise({ ...request([tinyTile(2)]), claim: low });
      expect(estimateOf(tiles[0])).toHaveLength(LATENT_LENGTH);
    } finally {
      await shared.close();
    }
  });
});
