import { createProgram } from './program.js';
import { reportError } from './report-error.js';

/** A reader that has seen enough (`| head`) is no fault: what is under way ends without a word. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

/** Runs the command line; sets the exit code and never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  // What computes here is needed last and takes longest to start.
  const thread = computes(argv) ? (await import('@tessera/gpu-node/thread')).launchThread() : undefined;
  try {
    const program = await createProgram(argv, thread);
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = reportError(error, argv.includes('--json'));
  } finally {
    await thread?.terminate('the command is over');
  }
}

/** Whether a command line asks for a picture from this machine. */
function computes(argv: readonly string[]): boolean {
  const elsewhere = ['--help', '-h', '--plan', '--coordinator'];
  return argv[2] === 'render' && !elsewhere.some((option) => argv.includes(option));
}
