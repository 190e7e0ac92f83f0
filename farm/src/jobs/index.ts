// What is known of jobs without a connection to NATS.
export { LatestChanges } from '../bucket/latest-changes.js';
export {
  decodeJobRecord,
  encodeJobRecord,
  HIGHEST_PRIORITY,
  isFinal,
  type JobRecord,
  type JobState,
  MAX_JOB_RECORD,
} from './job-record.js';
