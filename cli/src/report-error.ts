import { TesseraError } from '@tessera/tiler';
import { CommanderError } from 'commander';

/**
 * Says what went wrong on standard error, "tessera: CODE: message", and under --json as one document on standard
 * output too. Gives the exit code: 2 for bad input, 130 when stopped, 0 where it was only --help.
 */
export function reportError(error: unknown, json: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  // Help that was not asked for, because a subcommand is missing: printed already.
  if (error instanceof CommanderError && error.code === 'commander.help') return 2;
  const coded = error instanceof CommanderError ? fromCommander(error) : TesseraError.from(error);
  const { code, message, field, exitCode } = coded;
  process.stderr.write(`tessera: ${code}: ${message}\n`);
  if (code === 'TESSERA_INTERNAL' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, field } }, undefined, 2)}\n`);
  return exitCode;
}

/** What commander refuses (an unknown option, a missing value) is bad input like any other. */
function fromCommander({ message }: CommanderError): TesseraError {
  return new TesseraError('TESSERA_BAD_ARGUMENT', message.replace(/^error: /, ''));
}
