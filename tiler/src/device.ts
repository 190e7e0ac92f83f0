// What the thread of a device needs of this room. It leaves out schemas and codecs, whose loading takes longer than that of
// the model.
export type { Manifest, ManifestGraph } from './bundle/manifest.js';
export type { ErrorCode } from './error/codes.js';
export { TesseraError } from './error/tessera-error.js';
export { encodeHalf } from './float16/float16.js';
export { GuideResidual } from './projection/guide-residual.js';
export { project } from './projection/project.js';
export type { TileGraphs } from './projection/tile-graphs.js';
export { CubicResizer } from './resize/cubic.js';
export { estimateCoefficients } from './schedule/prediction.js';
