import { fileURLToPath } from 'node:url';

/** Root of the checkout, seen from the compiled file. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
