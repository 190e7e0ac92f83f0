import {
  type CoordinatorObserver,
  defaultSettings,
  Farm,
  footprint,
  NodeConnection,
  planJob,
  type RenderReport,
  renderOnFarm,
} from '@tessera/coordinator';
import { type NodeObserver, openBundle, TesseraNode } from '@tessera/gpu-node';
import { InProcessFrameBus } from '@tessera/proto';
import { TINY_BUNDLE } from './tiny-bundle.js';

/** Renders a small canvas of two levels on one real node over gRPC, both watched. */
export async function renderTiny(
  coordinator: CoordinatorObserver,
  node: NodeObserver,
): Promise<RenderReport> {
  const bus = new InProcessFrameBus();
  const { digest, manifest } = await openBundle(TINY_BUNDLE);
  const common = { bundles: [TINY_BUNDLE], listen: '127.0.0.1:0', name: 'one', threads: 1, batch: 4 };
  const running = await TesseraNode.start({ ...common, bus, observer: node });
  const farm = new Farm({ observer: coordinator });
  try {
    await farm.pool.add(new NodeConnection(running.address));
    const settings = { ...defaultSettings(manifest), width: 128, height: 128, seed: 1n, steps: 2 };
    const plan = planJob(settings, manifest);
    const { columns: width, rows: height } = footprint(plan);
    const channels = manifest.conditioning.embedding;
    const data = new Float32Array(channels * width * height).map((_, i) => Math.sin(i));
    return await renderOnFarm(
      {
        id: 'job-1',
        plan,
        bundle: digest,
        grid: { channels, width, height, data },
        openOutput: undefined,
        state: undefined,
      },
      { nodes: [], bus, version: '0' },
      farm,
    );
  } finally {
    farm.close();
    await running.close();
  }
}
