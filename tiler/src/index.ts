export { ERROR_CODES, type ErrorCode, isErrorCode } from './error/codes.js';
export { TesseraError } from './error/tessera-error.js';
export { BUNDLE_FORMAT, type Manifest, type ManifestGraph, ManifestSchema } from './bundle/manifest.js';
export { parseManifest } from './bundle/parse-manifest.js';
