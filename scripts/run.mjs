import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Root of the checkout, with a closing slash. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Path of a tool of node_modules. */
export function tool(name) {
  return `${ROOT}node_modules/.bin/${name}${process.platform === 'win32' ? '.cmd' : ''}`;
}

/**
 * Runs a command from the root with our standard streams and resolves to its exit code. Ctrl-C is the command's to
 * answer, so it is only waited for here.
 */
export async function run(command, args, options = {}) {
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const shell = process.platform === 'win32';
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', shell, ...options });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exit, signal) => resolve(exit ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  process.off('SIGINT', ignore);
  return code;
}

/** As `run`, but ends this process with the command's exit code if it is not 0. */
export async function must(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) process.exit(code);
}

/** True in the script that was started, by its `import.meta.filename`, and false in what it imports. */
export function isMain(filename) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(filename);
}
