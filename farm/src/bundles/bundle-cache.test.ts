import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FarmConnection } from '../connection/farm-connection.js';
import { NatsServer, NO_NATS } from '../testing/nats-server.js';
import { BundleCache } from './bundle-cache.js';
import { type BundleSource, sha256 } from './bundle-source.js';
import { FolderBundles } from './folder-bundles.js';
import { ObjectBundles } from './object-bundles.js';

const TINY = fileURLToPath(new URL('../../../fixtures/tiny-bundle', import.meta.url));

let root: string;
let digest: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-bundles-'));
  digest = sha256(await readFile(join(TINY, 'manifest.json')));
});

afterEach(() => rm(root, { recursive: true }));

async function expectWhole(folder: string): Promise<void> {
  const { graphs } = JSON.parse(await readFile(join(TINY, 'manifest.json'), 'utf8'));
  for (const { file, sha256: expected } of Object.values<{ file: string; sha256: string }>(graphs))
    expect(sha256(await readFile(join(folder, file)))).toBe(expected);
}

describe('BundleCache on a mounted folder', () => {
  const cache = (...sources: BundleSource[]) => new BundleCache(join(root, 'cache'), sources);
  const mounted = () => new FolderBundles(join(root, 'mounted'));

  beforeEach(() => cp(TINY, join(root, 'mounted/tiny'), { recursive: true }));

  it('copies a bundle by its digest', async () => {
    const folder = await cache(mounted()).get(digest);
    expect(folder).toBe(join(root, 'cache', digest));
    await expectWhole(folder);
    expect(await readdir(join(root, 'cache'))).toEqual([digest]);
  });

  it('needs the source no more once it has a copy', async () => {
    await cache(mounted()).get(digest);
    await expectWhole(await cache().get(digest));
  });

  it('fetches anew what is damaged', async () => {
    const folder = await cache(mounted()).get(digest);
    await writeFile(join(folder, 'encoder.onnx'), 'other');
    await expectWhole(await cache(mounted()).get(digest));
    expect(await readdir(join(root, 'cache'))).toEqual([digest]);
  });

  it('gives many who ask at once the same whole folder', async () => {
    const caches = [cache(mounted()), cache(mounted()), cache(mounted())];
    const folders = await Promise.all(caches.flatMap((one) => [one.get(digest), one.get(digest)]));
    expect(new Set(folders).size).toBe(1);
    await expectWhole(folders[0]!);
    expect(await readdir(join(root, 'cache'))).toEqual([digest]);
  });

  it('refuses a file that is not the one the manifest names, and leaves nothing', async () => {
    await writeFile(join(root, 'mounted/tiny/encoder.onnx'), 'other');
    await expect(cache(mounted()).get(digest)).rejects.toMatchObject({
      code: 'TESSERA_BUNDLE_DIGEST',
      field: 'encoder.onnx',
    });
    expect(await readdir(join(root, 'cache'))).toEqual([]);
  });

  it('refuses a link that leads out of the bundle', async () => {
    await cp(join(TINY, 'encoder.onnx'), join(root, 'outside.onnx'));
    await rm(join(root, 'mounted/tiny/encoder.onnx'));
    await symlink('../../outside.onnx', join(root, 'mounted/tiny/encoder.onnx'));
    await expect(cache(mounted()).get(digest)).rejects.toMatchObject({ code: 'TESSERA_BAD_BUNDLE' });
  });

  it('says that no source has a bundle', async () => {
    await expect(cache(mounted()).get('0'.repeat(64))).rejects.toMatchObject({
      code: 'TESSERA_BUNDLE_UNKNOWN',
    });
  });

  it.each(['', '..', 'A'.repeat(64), `${'a'.repeat(64)}/x`])('refuses %j as a digest', async (text) => {
    await expect(cache(mounted()).get(text)).rejects.toMatchObject({ code: 'TESSERA_BAD_ARGUMENT' });
  });
});

describe.skipIf(NO_NATS)('BundleCache on the object store', () => {
  let server: NatsServer;
  let connection: FarmConnection;
  let store: ObjectBundles;

  beforeEach(async () => {
    server = await NatsServer.start();
    connection = await FarmConnection.open({ servers: server.url, name: 'test' });
    store = await ObjectBundles.open(connection);
  });

  afterEach(async () => {
    await connection.close();
    await server.stop();
  });

  it('brings a stored bundle to another machine', async () => {
    expect(await store.put(TINY)).toBe(digest);
    await expectWhole(await new BundleCache(join(root, 'cache'), [store]).get(digest));
  });

  it('keeps bundles through the death of the server', async () => {
    await store.put(TINY);
    const back = new Promise<void>((resolve) => {
      connection.onReconnect(resolve);
    });
    await server.kill();
    await server.restart();
    await back;
    await expectWhole(await new BundleCache(join(root, 'cache'), [store]).get(digest));
  });

  it('has no bundle whose files did not all come in', async () => {
    const folder = join(root, 'broken');
    await cp(TINY, folder, { recursive: true });
    await writeFile(join(folder, 'encoder.onnx'), 'other');
    await expect(store.put(folder)).rejects.toMatchObject({ code: 'TESSERA_BUNDLE_DIGEST' });
    expect(await store.manifest(digest)).toBeUndefined();
  });

  it('forgets a bundle', async () => {
    await store.put(TINY);
    await store.remove(digest);
    await store.remove(digest);
    await expect(new BundleCache(join(root, 'cache'), [store]).get(digest)).rejects.toMatchObject({
      code: 'TESSERA_BUNDLE_UNKNOWN',
    });
    expect(await store.put(TINY)).toBe(digest);
    await expectWhole(await new BundleCache(join(root, 'cache'), [store]).get(digest));
  });
});
