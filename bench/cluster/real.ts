import { type NodeKind, ProcessFarm } from './farm.js';
import type { Figure } from './figures.js';
import { canvas, denoise } from './job.js';

const CPU: NodeKind = { device: 'cpu', batch: 4 };

/** Real nodes of one thread each with the real model, one and then two. This process, the coordinator, is on the same cores. */
export async function real(steps: number): Promise<Figure[]> {
  const plan = canvas(1024, steps);
  const seconds: number[] = [];
  let hashes = '';
  for (const nodes of [1, 2]) {
    const farm = await ProcessFarm.start(Array(nodes).fill(CPU));
    try {
      const report = await denoise(plan, farm);
      seconds.push(report.seconds.sampling);
      hashes += ` ${report.latentSha256.slice(0, 8)}`;
    } finally {
      await farm.stop();
    }
  }
  return [
    {
      figure: 'real nodes with the real model, 1 to 2',
      measured: seconds[0]! / seconds[1]!,
      mustReach: 1.9,
      details: { one: seconds[0]!, two: seconds[1]!, latents: hashes.trim() },
    },
  ];
}
