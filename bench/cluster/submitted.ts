import { Service } from '@tessera/cli/testing';
import { footprint, type JobPlan, settingsMessage } from '@tessera/coordinator';
import { openBundle } from '@tessera/gpu-node';
import { SubmitRequest } from '@tessera/proto';
import { BUNDLE } from './farm.js';

/** A coordinator as a process, with its jobs in `state`. */
export function startCoordinator(state: string, nats: string): Promise<Service> {
  const options = ['--grpc', '127.0.0.1:0', '--state', state, '--nats', nats, '--bundle', BUNDLE];
  return Service.start(['coordinator', ...options]);
}

/** Asks for the picture of a plan, from a grid of no meaning. */
export async function requestFor(plan: JobPlan): Promise<SubmitRequest> {
  const { digest, manifest } = await openBundle(BUNDLE);
  const { columns, rows } = footprint(plan);
  const length = manifest.conditioning.embedding * columns * rows;
  const grid = new Float32Array(length).map((_, i) => Math.sin(i));
  return SubmitRequest.create({
    bundle: digest,
    settings: settingsMessage(plan.settings),
    grid: new Uint8Array(grid.buffer),
    gridWidth: columns,
    gridHeight: rows,
    format: 'tif',
  });
}
