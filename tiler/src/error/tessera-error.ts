import { ERROR_CODES, type ErrorCode } from './codes.js';

/**
 * The one error class. `message` says what was expected and what came, and names the field or file; `code` is stable
 * and is what programs should look at.
 */
export class TesseraError extends Error {
  readonly code: ErrorCode;
  /** Field, option or file at fault, such as `--size` or `manifest.json: tile.size`. */
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TesseraError';
    this.code = code;
    this.field = options.field;
  }

  /** Exit code of the command line for this error. */
  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }

  /** "Expected X for FIELD but got VALUE", the form of every complaint about input. */
  static expected(code: ErrorCode, field: string, expected: string, got: unknown): TesseraError {
    return new TesseraError(code, `Expected ${expected} for ${field} but got ${describe(got)}`, { field });
  }

  /** `error` itself if it is a TesseraError, else wrapped as TESSERA_INTERNAL (or `code`) with it as the cause. */
  static from(error: unknown, code: ErrorCode = 'TESSERA_INTERNAL'): TesseraError {
    if (error instanceof TesseraError) return error;
    return new TesseraError(code, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 80 ? `${value.slice(0, 80)}…` : value}'`;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value))
    return `[${value.slice(0, 8).map(describe).join(', ')}${value.length > 8 ? ', …' : ''}]`;
  return `a ${typeof value}`;
}
