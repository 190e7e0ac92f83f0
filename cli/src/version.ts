import { createRequire } from 'node:module';

/** Version of the software, from package.json. */
export const { version: VERSION } = createRequire(import.meta.url)('../package.json') as { version: string };
