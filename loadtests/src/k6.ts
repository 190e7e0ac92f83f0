import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

let found: { k6?: string; reason?: string } | undefined;

/** Path of k6. Throws with the reason where it cannot be had. */
export function findK6(): string {
  found ??= JSON.parse(
    execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/k6.mjs', import.meta.url))], {
      encoding: 'utf8',
    }),
  ) as { k6?: string; reason?: string };
  if (found.k6 === undefined) throw new Error(found.reason);
  return found.k6;
}

/** True where k6 can't be had: `describe.skipIf(noK6())`. Under CI=1 that is an error instead. */
export function noK6(): boolean {
  try {
    findK6();
    return false;
  } catch (error) {
    if (process.env.CI) throw error;
    console.log(`Not run: ${(error as Error).message}`);
    return true;
  }
}
