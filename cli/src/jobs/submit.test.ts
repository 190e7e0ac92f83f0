import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tessera } from '../testing/command.js';

const MINI = fileURLToPath(new URL('../../../models/histology-mini', import.meta.url));

it('refuses a picture whose embeddings fit no message, before it draws them or asks anyone', async () => {
  const picture = ['--size', '131072x131072', '--bundle', MINI];
  const { code, stderr } = await tessera(['submit', '--coordinator', '127.0.0.1:1', ...picture]);
  expect(stderr).toMatch(
    /^tessera: TESSERA_PLAN_REFUSED: Expected .* 64 MiB .*--size but got '512x512 vectors/,
  );
  expect(code).toBe(2);
});
