export { FolderJobs } from './board/folder-jobs.js';
export type { HistoryLimits } from './board/history.js';
export { type BoardOptions, JobBoard } from './board/job-board.js';
export type { KnownBundles } from './board/job-runner.js';
export type { JobService } from './board/job-service.js';
export type { BoardLimits } from './board/places.js';
export type { MakeGrid } from './board/starting-grid.js';
export { LatentCanvas } from './canvas/latent-canvas.js';
export { CHECKPOINT_SECONDS } from './checkpoint/checkpointer.js';
export type { SharedStates } from './checkpoint/state-store.js';
export { FolderState, type StateStore } from './checkpoint/state-store.js';
export { StoredStates } from './checkpoint/stored-states.js';
export { stepCell } from './dataflow/step-cell.js';
export type { CallOptions, NodeApi } from './dispatch/node-api.js';
export { NodeConnection } from './dispatch/node-connection.js';
export type { NodeHandle, NodeState } from './dispatch/node-handle.js';
export { Farm, type FarmOptions } from './farm/farm.js';
export { type AnnouncedNodes, followRegistry } from './farm/follow-registry.js';
export { keepJoined } from './farm/keep-joined.js';
export { type JobCost, jobCost, type LevelCost } from './job/cost.js';
export { describeSettings } from './job/describe-settings.js';
export { footprint } from './job/footprint.js';
export { type JobPlan, type PlannedPass, type PlanOverrides, planJob } from './job/plan.js';
export {
  formatProjection,
  isGuided,
  type ProjectionSettings,
  parseProjection,
  REFERENCE_NEWTON,
} from './job/projection-settings.js';
export { renderJob, renderOnFarm } from './job/render-job.js';
export type { Recorded, RenderEnvironment, RenderJob, RenderProgress } from './job/render-request.js';
export type { RenderReport, ReportSeconds } from './job/report.js';
export { DECODE_NAMES, type DecodeName, defaultSettings, type RenderSettings } from './job/settings.js';
export { settingsMessage } from './job/settings-message.js';
export { KeptRuns } from './kept/kept-runs.js';
export { JobChanges } from './live/job-changes.js';
export { LiveJobs } from './live/live-jobs.js';
export type { AnsweredCall, ObserveCall } from './observe/answered-call.js';
export {
  type BatchObserver,
  type CoordinatorObserver,
  type RunObserver,
  type TakenBatch,
  UNOBSERVED,
} from './observe/observer.js';
export { together } from './observe/together.js';
export type { JobRun } from './run/job-run.js';
export type { DenoiseTask, Task } from './run/task-queue.js';
export {
  conditionDigest,
  GridConditions,
  type TileCondition,
  type TileConditions,
} from './run/tile-conditions.js';
export { CoordinatorConnection } from './service/coordinator-connection.js';
export { CoordinatorServer } from './service/coordinator-server.js';
