import { requestOf } from '@tessera/cli/testing';
import { type CapacityStep, findCapacity } from './capacity.js';
import { type ControlResult, loadControlPlane } from './control-plane.js';
import { FarmUnderLoad } from './farm-under-load.js';
import { MemoryWatch, type NotedMemory } from './memory.js';
import type { Profile } from './profiles.js';
import { type SlowReadersResult, watchSlowly } from './slow-readers.js';
import { loadTensorPlane, type TensorResult } from './tensor-plane.js';

export interface LoadResult {
  readonly control: ControlResult;
  readonly slowReaders: SlowReadersResult;
  readonly tensors: TensorResult;
  /** How many submits a second it sustains; empty where that was not asked for. */
  readonly capacity: readonly CapacityStep[];
  /** Of the coordinator, over the control plane's load. */
  readonly memory: NotedMemory;
  /** Of the control plane’s load. */
  readonly wallSeconds: number;
}

/** Runs one profile against a farm of its own. Throws where the farm or k6 does not start. */
export async function runProfile({
  nodes,
  control,
  slowReaders,
  tensors,
  warmUp,
  capacity,
}: Profile): Promise<LoadResult> {
  const farm = await FarmUnderLoad.start(nodes);
  try {
    const started = performance.now();
    const memory = new MemoryWatch(farm.coordinator.pid, 1);
    const small = await requestOf(64);
    const controlResult = await loadControlPlane(farm.at, small, control);
    const wallSeconds = (performance.now() - started) / 1000;
    const noted = memory.stop(warmUp);
    return {
      control: controlResult,
      slowReaders: await watchSlowly(farm.coordinator, await requestOf(1024), slowReaders),
      tensors: await loadTensorPlane(farm.nodes[0]!.address, tensors),
      capacity: capacity === undefined ? [] : await findCapacity(farm, small, capacity),
      memory: noted,
      wallSeconds,
    };
  } finally {
    await farm.stop();
  }
}
