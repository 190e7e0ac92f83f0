import { expect, it } from 'vitest';
import { diskError, onDisk } from './disk.js';

const failure = (message: string, code?: string) => Object.assign(new Error(message), code && { code });

it.each([
  ['ENOSPC', 'TESSERA_DISK_FULL'],
  ['EDQUOT', 'TESSERA_DISK_FULL'],
  ['EACCES', 'TESSERA_OUTPUT_UNWRITABLE'],
  ['EROFS', 'TESSERA_OUTPUT_UNWRITABLE'],
])('gives %s the code %s', async (errno, code) => {
  const operation = onDisk('/folder/a.tif', Promise.reject(failure('why', errno)));
  await expect(operation).rejects.toMatchObject({ code, field: '/folder/a.tif', message: /why/ });
});

it.each([
  ['wbuffer_write: write failed\nsystem error: No space left on device', 'TESSERA_DISK_FULL'],
  ['unable to open for write\nsystem error: Permission denied', 'TESSERA_OUTPUT_UNWRITABLE'],
])('reads the text of libvips', (message, code) => {
  expect(diskError('a.png', failure(message))).toMatchObject({ code, field: 'a.png' });
});

it('leaves other failures alone', () => {
  const other = failure('bad pixels');
  expect(diskError('a.png', other)).toBe(other);
});
