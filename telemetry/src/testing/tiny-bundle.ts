import { fileURLToPath } from 'node:url';

/** A bundle of a few KB with random graphs: tiles of 64 px, 20x to 2.5x. */
export const TINY_BUNDLE = fileURLToPath(new URL('../../../fixtures/tiny-bundle', import.meta.url));
