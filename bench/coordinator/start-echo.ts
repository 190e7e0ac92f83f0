import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts the echoing node in a process of its own. */
export async function startEcho(): Promise<{ address: string; stop(): void }> {
  const script = fileURLToPath(new URL('./echo-node.js', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { address: line.toString().trim(), stop: () => child.kill() };
}
