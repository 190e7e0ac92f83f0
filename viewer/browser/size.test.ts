import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const PAGE = fileURLToPath(new URL('../page/', import.meta.url));

const files = readdirSync(PAGE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name));

test('the page is at most 300 KB, compressed', () => {
  const bytes = files.reduce((sum, path) => sum + gzipSync(readFileSync(path)).byteLength, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(300_000);
});

test('the page loads nothing from elsewhere', () => {
  for (const path of files.filter((name) => /[.](html|css)$/.test(name)))
    expect(readFileSync(path, 'utf8')).not.toMatch(
      /(?:src|href)="(?:https?:)?\/\/|url\(["']?(?:https?:)?\/\//,
    );
});
