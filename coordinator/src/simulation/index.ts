export { LossyBus } from './lossy-bus.js';
export { MemoryPicture, MemoryState } from './memory-state.js';
export {
  SIMULATED_DIGEST,
  SIMULATED_GRID,
  SIMULATED_IMAGE_BYTES,
  SIMULATED_MANIFEST,
  type SimulatedJob,
  simulatedPlan,
} from './simulated-job.js';
export { type NodeSpec, SimulatedNode } from './simulated-node.js';
export { VirtualClock } from './virtual-clock.js';
