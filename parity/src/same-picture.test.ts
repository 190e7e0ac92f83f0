import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  defaultSettings,
  FolderState,
  parseProjection,
  planJob,
  type RenderJob,
  type RenderReport,
  type RenderSettings,
  renderJob,
} from '@tessera/coordinator';
import { type Bundle, openBundle, TesseraNode } from '@tessera/gpu-node';
import { InProcessFrameBus } from '@tessera/proto';
import type { EmbeddingGrid } from '@tessera/tiler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryPicture } from './run/memory-picture.js';

const BUNDLE = fileURLToPath(new URL('../../fixtures/tiny-bundle', import.meta.url));
const WIDTH = 300;
const HEIGHT = 230;

const bus = new InProcessFrameBus();
const nodes: TesseraNode[] = [];
let bundle: Bundle;

beforeAll(async () => {
  bundle = await openBundle(BUNDLE);
  for (const name of ['a', 'b'])
    nodes.push(
      await TesseraNode.start({ bundles: [BUNDLE], listen: '127.0.0.1:0', name, threads: 1, batch: 4, bus }),
    );
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
});

const grid: EmbeddingGrid = {
  channels: 8,
  width: 5,
  height: 5,
  data: Float32Array.from({ length: 200 }, (_, i) => Math.sin(7 * i)),
};

interface Run extends Partial<RenderSettings> {
  count?: number;
  job?: Partial<RenderJob>;
  signal?: AbortSignal;
  onProgress?: () => void;
}

function render({ count = 1, job = {}, signal, onProgress, ...settings }: Run): Promise<RenderReport> {
  const plan = planJob(
    { ...defaultSettings(bundle.manifest), width: WIDTH, height: HEIGHT, seed: 11n, ...settings },
    bundle.manifest,
  );
  return renderJob(
    {
      id: `job${Math.random().toString(36).slice(2)}`,
      plan,
      bundle: bundle.digest,
      grid,
      openOutput: async () => new MemoryPicture(WIDTH, HEIGHT),
      state: undefined,
      ...job,
    },
    {
      nodes: nodes.slice(0, count).map(({ address }) => address),
      bus,
      version: 'test',
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    },
  );
}

const hashes = ({ latentSha256, imageSha256 }: RenderReport) => ({ latentSha256, imageSha256 });

describe('the same seed gives the same picture', () => {
  let usual: RenderReport;
  beforeAll(async () => {
    usual = await render({});
  });

  it.each([1, 4, 16])('with batches of %d', async (batch) => {
    expect(hashes(await render({ job: { batch } }))).toEqual(hashes(usual));
  });

  it('on two nodes, both of which take part', async () => {
    const report = await render({ count: 2 });
    expect(hashes(report)).toEqual(hashes(usual));
    expect(report.nodes.every(({ tileSteps }) => tileSteps > 0)).toBe(true);
    expect(report.nodes).toHaveLength(2);
  });

  it('with a barrier', async () => {
    expect(hashes(await render({ job: { barrier: true } }))).toEqual(hashes(usual));
  });

  it('stopped half-way and gone on with', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tessera-state-'));
    const state = new FolderState(dir);
    const stop = new AbortController();
    let answers = 0;
    const onProgress = () => {
      if (++answers === 12) stop.abort();
    };
    await expect(render({ job: { state, batch: 4 }, signal: stop.signal, onProgress })).rejects.toMatchObject(
      {
        code: 'TESSERA_CANCELLED',
      },
    );
    const report = await render({ job: { state } });
    await rm(dir, { recursive: true });
    expect(report.latentSha256).toBe(usual.latentSha256);
  });

  it.each<[string, Run]>([
    ['a lead of no steps', { lead: 0 }],
    ['a lead of one step', { lead: 1 }],
    ['shifted tiles', { fusion: 'shift' }],
    ['newton', { projection: parseProjection('newton:2'), frameType: 'float32', lead: 0 }],
    ['back-projection beside the input', { projection: parseProjection('input+backprojection') }],
    ["the bundle's own projection", { projection: parseProjection('bundle'), width: 250 }],
    ['a post-pass', { postPass: true }],
    ['another sampler', { sampler: 'zoomldm', steps: 3 }],
  ])('on one or two nodes with %s', async (_, settings) => {
    expect(hashes(await render({ ...settings, count: 2, job: { batch: 3 } }))).toEqual(
      hashes(await render(settings)),
    );
  });

  it('and another seed another one', async () => {
    expect((await render({ seed: 12n })).latentSha256).not.toBe(usual.latentSha256);
  });
});

describe('a finished picture', () => {
  it('leaves no guide frame behind', async () => {
    await render({ lead: 0 });
    expect(bus.size).toBe(0);
  });
});
