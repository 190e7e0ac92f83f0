export { LatestChanges } from './bucket/latest-changes.js';
export { BundleCache } from './bundles/bundle-cache.js';
export type { BundleFile, BundleSource } from './bundles/bundle-source.js';
export { FolderBundles } from './bundles/folder-bundles.js';
export { ObjectBundles } from './bundles/object-bundles.js';
export { FarmConnection, type FarmConnectionOptions } from './connection/farm-connection.js';
export { MAX_FRAME_BYTES } from './frames/frame-message.js';
export { DEFAULT_FRAME_BYTES } from './frames/frame-stream.js';
export { type FrameWait, NatsFrameBus } from './frames/nats-frame-bus.js';
export { HeldJob } from './jobs/held-job.js';
export { JobQueue } from './jobs/job-queue.js';
export {
  decodeJobRecord,
  encodeJobRecord,
  HIGHEST_PRIORITY,
  isFinal,
  type JobRecord,
  type JobState,
  MAX_JOB_RECORD,
} from './jobs/job-record.js';
export type { JobEvent } from './jobs/job-records.js';
export type { Answer, JobRequest, Jobs, Outcome, OwnedJob } from './jobs/jobs.js';
export { Announcement } from './nodes/announcement.js';
export type { NodeRecord } from './nodes/node-record.js';
export { NodeRegistry } from './nodes/node-registry.js';
export type { NodeEvent } from './nodes/watch-nodes.js';
