export { BUNDLE_FORMAT, type Manifest, type ManifestGraph, ManifestSchema } from './bundle/manifest.js';
export { parseManifest } from './bundle/parse-manifest.js';
export { ERROR_CODES, type ErrorCode, isErrorCode } from './error/codes.js';
export { TesseraError } from './error/tessera-error.js';
export { type FusionPlan, fuseCell } from './fusion/fuse.js';
export { WINDOW_NAMES, type WindowName, windowWeights } from './fusion/window.js';
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
export { FUSION_NAMES, type FusionName, latticeShape, quarterShape, shiftQuantum } from './plan/shape.js';
