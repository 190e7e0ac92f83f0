export { FarmConnection, type FarmConnectionOptions } from './connection/farm-connection.js';
export { MAX_FRAME_BYTES } from './frames/frame-message.js';
export { DEFAULT_FRAME_BYTES } from './frames/frame-stream.js';
export { type FrameWait, NatsFrameBus } from './frames/nats-frame-bus.js';
export { Announcement } from './nodes/announcement.js';
export type { NodeRecord } from './nodes/node-record.js';
export { NodeRegistry } from './nodes/node-registry.js';
export type { NodeEvent } from './nodes/watch-nodes.js';
