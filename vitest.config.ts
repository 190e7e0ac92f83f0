import { defineConfig } from 'vitest/config';

// Tests run as compiled: worker threads and the command line load the same files as in use.
export default defineConfig({
  test: { include: ['*/dist/**/*.test.js'], exclude: ['**/node_modules/**'], testTimeout: 60_000 },
});
