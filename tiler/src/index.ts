export { ERROR_CODES, type ErrorCode, isErrorCode } from './error/codes.js';
export { TesseraError } from './error/tessera-error.js';
