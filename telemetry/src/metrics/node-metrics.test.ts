import { NodeConnection } from '@tessera/coordinator';
import { conditioningDigest, openBundle, TesseraNode } from '@tessera/gpu-node';
import { DataType, type DenoiseTile, InProcessFrameBus } from '@tessera/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSeries, scrape } from '../testing/scrape.js';
import { TINY_BUNDLE } from '../testing/tiny-bundle.js';
import { Exposition } from './exposition.js';
import { NodeMetrics } from './node-metrics.js';
import { observedBus } from './observed-bus.js';

const WAIT = { seconds: 30 };

const exposition = new Exposition({ version: '0', role: 'node' });
const bus = new InProcessFrameBus();
let node: TesseraNode;
let connection: NodeConnection;
let bundle: string;
let latentBytes: number;

beforeAll(async () => {
  const metrics = new NodeMetrics(exposition, { name: 'one', device: 'cpu' });
  const opened = await openBundle(TINY_BUNDLE);
  const { channels, size } = opened.manifest.tile;
  bundle = opened.digest;
  latentBytes = channels * size * size * 4;
  node = await TesseraNode.start({
    bundles: [TINY_BUNDLE],
    listen: '127.0.0.1:0',
    threads: 1,
    batch: 4,
    bus: observedBus(bus, metrics),
    observer: metrics,
  });
  connection = new NodeConnection(node.address);
});

afterAll(async () => {
  connection.close();
  await node.close();
});

function tile(id: number, guide?: string): DenoiseTile {
  const grid = new Uint8Array(32);
  return {
    id,
    position: `job/0/0/${id},0`,
    timestep: 500,
    alphaCumprod: 0.3,
    guidanceScale: 1.5,
    x: new Uint8Array(latentBytes),
    conditioning: { digest: conditioningDigest(0, grid), magnification: 0, grid },
    ...(guide && {
      guide: {
        ratio: 4,
        blur: 0,
        x: 0,
        y: 0,
        width: 64,
        height: 64,
        window: 'cosine',
        frames: [{ subject: guide, x: 0, y: 0 }],
      },
    }),
  };
}

const INPUT = { input: true, backprojection: 0, newton: undefined, bundle: false };

/** What a series has grown by while something was done. */
async function grown(action: () => Promise<unknown>): Promise<(name: string) => number> {
  const before = await scrape(exposition);
  await action();
  const after = await scrape(exposition);
  return (name) => after.get(name)! - (before.get(name) ?? 0);
}

describe('the metrics of a node', () => {
  it('say what it is and what it has loaded', async () => {
    const series = await scrape(exposition);
    expect(series.get('tessera_node_info{name="one",device="cpu"}')).toBe(1);
    expect(series.get('tessera_node_device_ready')).toBe(1);
    expect(series.get('tessera_node_bundle_loads_total{bundle="tiny"}')).toBe(1);
    expect(series.get('tessera_node_bundle_batch{bundle="tiny"}')).toBe(4);
    expect(series.get('tessera_node_expected_evaluation_seconds{bundle="tiny"}')).toBeGreaterThan(0);
  });

  it('count tiles, evaluations and the seconds that it answers for', async () => {
    let seconds = 0;
    const since = await grown(async () => {
      const { work } = await connection.denoise(
        { bundle, projection: undefined, tiles: [0, 1, 2].map((id) => tile(id)) },
        WAIT,
      );
      seconds = work!.deviceSeconds;
    });
    expect(since('tessera_node_tiles_total{method="denoise"}')).toBe(3);
    expect(since('tessera_node_call_seconds_count{method="denoise"}')).toBe(1);
    // A guided pair each.
    expect(since('tessera_node_evaluations_total{graph="denoiser"}')).toBe(6);
    const busy = ['denoiser', 'summarizer'].map((graph) =>
      since(`tessera_node_device_busy_seconds_total{graph="${graph}"}`),
    );
    expect(busy[0]! + busy[1]!).toBeCloseTo(seconds, 9);
  });

  it('tell frames that were found from frames that were missing', async () => {
    const frame = { id: 0, position: 'frame', z: new Uint8Array(latentBytes), type: DataType.FLOAT16 };
    const published = await grown(() =>
      connection.decode({ bundle, tiles: [{ ...frame, publish: 'there', guide: undefined }] }, WAIT),
    );
    expect(published('tessera_node_frame_publish_seconds_count')).toBe(1);
    expect(published('tessera_node_frame_published_bytes_total')).toBe(
      (await bus.fetch('there'))!.byteLength,
    );
    const tiles = [tile(0, 'there'), tile(1, 'away')];
    const since = await grown(() => connection.denoise({ bundle, projection: INPUT, tiles }, WAIT));
    expect(since('tessera_node_frame_fetch_seconds_count{result="found"}')).toBe(1);
    expect(since('tessera_node_frame_fetch_seconds_count{result="missing"}')).toBe(1);
  });

  it('count calls that fail by their code, and the thread that ends with one', async () => {
    const inputs = {
      x: { type: DataType.FLOAT32, shape: [1, 8, 2, 2], data: new Uint8Array(128) },
      t: { type: DataType.FLOAT32, shape: [1], data: new Uint8Array(4) },
      // A label that the graph has no row for.
      label: { type: DataType.INT64, shape: [1], data: new Uint8Array(new BigInt64Array([7n]).buffer) },
    };
    const since = await grown(async () => {
      await expect(connection.run({ bundle, role: 'layout', inputs }, WAIT)).rejects.toMatchObject({
        code: 'TESSERA_GRAPH_FAILED',
      });
      // Answered by the new thread.
      await connection.denoise({ bundle, projection: undefined, tiles: [tile(0)] }, WAIT);
    });
    expect(since('tessera_node_call_errors_total{method="run",code="TESSERA_GRAPH_FAILED"}')).toBe(1);
    expect(since('tessera_node_worker_restarts_total')).toBe(1);
    expect(parseSeries(await exposition.text()).get('tessera_node_device_ready')).toBe(1);
  });
});
