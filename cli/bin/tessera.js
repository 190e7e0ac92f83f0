#!/usr/bin/env node
import { existsSync } from 'node:fs';

// The link to this file is made when the workspace is installed, which is before it is built.
if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  const { main } = await import('../dist/main.js');
  await main(process.argv);
} else {
  process.stderr.write('Tessera is not built yet: run `npm run build` first.\n');
  process.exitCode = 1;
}
