export { BUNDLE_FORMAT, type Manifest, type ManifestGraph, ManifestSchema } from './bundle/manifest.js';
export { parseManifest } from './bundle/parse-manifest.js';
export { checkGrid, type EmbeddingGrid } from './conditioning/embedding-grid.js';
export { chooseExample, cropExample, fitGrid } from './conditioning/footprint.js';
export {
  type InversionGraph,
  type InversionRequest,
  inversionStart,
  inversionTimesteps,
  invertCondition,
} from './conditioning/inversion.js';
export { guideLayout, type LayoutGraph, type LayoutRequest, sampleLayout } from './conditioning/layout.js';
export {
  countLayoutWindows,
  type LayoutWindowGraph,
  type LayoutWindows,
  windowedLayout,
} from './conditioning/layout-windows.js';
export { type PriorGraph, type PriorRequest, priorTimesteps, samplePrior } from './conditioning/prior.js';
export { standardise } from './conditioning/standardise.js';
export { type TileGridRequest, tileGrid } from './conditioning/tile-grid.js';
export { checkFits, type Format, formatOf } from './container/format.js';
export { openPicture, type PictureOptions } from './container/open.js';
export type { PictureInfo, PictureWriter } from './container/picture.js';
export { writePreview } from './container/preview.js';
export { TILE_SIZE } from './container/tile.js';
export type { StoredTile } from './container/tile-store.js';
export { ERROR_CODES, type ErrorCode, isErrorCode } from './error/codes.js';
export { TesseraError } from './error/tessera-error.js';
export { encodeHalf, halfTable } from './float16/float16.js';
export { type FusionPlan, fuseCell } from './fusion/fuse.js';
export { WINDOW_NAMES, type WindowName, windowWeights } from './fusion/window.js';
export { HASH_TILE, ImageHash } from './hash/image-hash.js';
export { LatentHash } from './hash/latent-hash.js';
export type { NoiseRequest, NoiseSource, NoiseStream } from './noise/noise-source.js';
export { NOISE_VERSION, PhiloxNoise } from './noise/philox-noise.js';
export type { Axis } from './plan/axis.js';
export { frameNumbers, framesOfCrop, type GuideCrop, guideCrop, guideStep } from './plan/guide.js';
export {
  cellsOfTile,
  type Lattice,
  type LatticeShape,
  type Range,
  rangeCount,
  regularLattice,
  shiftedLattice,
  tileOrigin,
  tilesOfCell,
} from './plan/lattice.js';
export { type Level, type LevelRequest, MAX_SIDE, type Magnification, planLevels } from './plan/levels.js';
export { denserShape, FUSION_NAMES, type FusionName, latticeShape, shiftQuantum } from './plan/shape.js';
export { backprojection } from './projection/backprojection.js';
export { GuideResidual } from './projection/guide-residual.js';
export { type NewtonSettings, newton } from './projection/newton.js';
export { type ProjectionSettings, project } from './projection/project.js';
export type { GuidedTiles, TileGraphs } from './projection/tile-graphs.js';
export { CubicResizer } from './resize/cubic.js';
export { scaleAt } from './sampler/guidance.js';
export { makeSampler, SAMPLER_NAMES, type SamplerName, type SamplerOptions } from './sampler/sampler.js';
export type { Sampler, StepCoefficients } from './sampler/step-coefficients.js';
export type { SchedulerConfig } from './schedule/betas.js';
export {
  type EstimateCoefficients,
  estimateClean,
  estimateCoefficients,
  type PredictionType,
} from './schedule/prediction.js';
export { makeSchedule, type Schedule, type ScheduleOptions } from './schedule/schedule.js';
