export { type Bundle, openBundle } from './bundle/open-bundle.js';
export { conditioningDigest } from './context/conditioning-digest.js';
export type { ContextCache } from './context/context-cache.js';
export { availableProviders } from './device/execution-provider.js';
export { availableThreads } from './device/threads.js';
export { type NodeOptions, TesseraNode } from './node.js';
export type {
  CallObserver,
  Headers,
  Method,
  NodeObserver,
} from './observe/observer.js';
export { countFlops } from './probe/flops.js';
export type { LoadedBundle } from './service/loaded-bundles.js';
export type { DeviceWork } from './worker/protocol.js';
