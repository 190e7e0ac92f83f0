import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HEAP_FLAGS, MALLOC_ARENAS } from './as-deployed.js';

it('the coordinator is loaded as its image runs it', () => {
  const dockerfile = readFileSync(new URL('../../deploy/images/Dockerfile', import.meta.url), 'utf8');
  const env = `ENV NODE_OPTIONS="${HEAP_FLAGS.join(' ')}" MALLOC_ARENA_MAX=${MALLOC_ARENAS}`;
  expect(dockerfile.split('\n')).toContain(env);
});
