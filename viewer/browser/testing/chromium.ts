import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium is, or why it is not there. */
function find(): { chromium?: string; reason?: string } {
  const script = fileURLToPath(new URL('../../../../scripts/chromium.mjs', import.meta.url));
  const found = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
  if (found.reason && process.env.CI) throw new Error(found.reason);
  return found;
}

const found = find();

/** True where Chromium can't be had: `describe.skipIf(NO_CHROMIUM)`. Under CI=1 that is an error instead. */
export const NO_CHROMIUM = found.chromium === undefined;

/** A browser with a new, empty profile that calls nobody. */
export function launch(): Promise<Browser> {
  const quiet = ['disable-gpu', 'disable-quic', 'no-first-run', 'disable-component-update', 'disable-sync'];
  return chromium.launch({
    executablePath: found.chromium!,
    args: ['headless', 'no-sandbox', 'disable-background-networking', ...quiet].map((name) => `--${name}`),
  });
}
