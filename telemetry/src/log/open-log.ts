import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';

/** Levels that a log can be set to, from few lines to many. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields whose values are never written, at any depth that we log at. */
const SECRETS = ['authorization', 'token', 'password', 'pass', 'secret', 'headers', 'key', 'env'];

const STANDARD_ERROR = 2;

export interface LogOptions {
  readonly level: LogLevel;
  /** In every line: what the process is, and its name. */
  readonly base: Readonly<Record<string, string>>;
  /** Standard error by default, written at once so that the last line before a crash is there. */
  readonly to?: DestinationStream;
}

/** A log: one JSON object a line, an event each. Values under the names of secrets come out as `[redacted]`. */
export function openLog({ level, base, to }: LogOptions): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`]);
  return pino(
    {
      level,
      base,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[redacted]' },
    },
    to ?? destination({ fd: STANDARD_ERROR, sync: true }),
  );
}

/** An address without the user and password that it may hold. */
export function withoutSecrets(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}

/** Process warnings become lines of the log instead of text; what it returns puts the text back. */
export function logWarnings(log: Logger): () => void {
  const before = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', ({ message, ...warning }) => {
    log.warn({ code: 'code' in warning ? warning.code : warning.name }, message);
  });
  return () => {
    process.removeAllListeners('warning');
    for (const listener of before) process.on('warning', listener);
  };
}
