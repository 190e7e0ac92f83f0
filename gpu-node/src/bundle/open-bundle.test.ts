import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Manifest } from '@tessera/tiler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, TINY_FOLDED } from '../testing/tiny-bundle.js';
import { openBundle } from './open-bundle.js';

let root: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tessera-bundle-'));
  dir = join(root, 'bundle');
  await cp(TINY_BUNDLE, dir, { recursive: true });
});

afterEach(() => rm(root, { recursive: true }));

async function change(edit: (manifest: Manifest) => unknown): Promise<void> {
  const path = join(dir, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  edit(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

/** Replaces a graph's file, and its digest in the manifest. */
async function replace(role: 'encoder' | 'decoder', bytes: Uint8Array): Promise<void> {
  await writeFile(join(dir, `${role}.onnx`), bytes);
  await change((m) => Object.assign(m.graphs[role]!, { sha256: sha256(bytes) }));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function refuses(code: string, field: string | RegExp): Promise<void> {
  const name = typeof field === 'string' ? field : expect.stringMatching(field);
  return expect(openBundle(dir)).rejects.toThrow(expect.objectContaining({ code, field: name }));
}

describe('openBundle', () => {
  it.each([TINY_BUNDLE, TINY_FOLDED])('opens %s under the SHA-256 of its manifest', async (folder) => {
    const bundle = await openBundle(folder);
    expect(bundle.digest).toBe(sha256(await readFile(join(folder, 'manifest.json'))));
    expect(bundle.manifest.tile.pixels).toBe(64);
  });

  it('refuses a folder without a manifest', async () => {
    await rm(join(dir, 'manifest.json'));
    await refuses('TESSERA_BAD_BUNDLE', 'bundle');
  });

  it('refuses a manifest that is no JSON', async () => {
    await writeFile(join(dir, 'manifest.json'), '{');
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json');
  });

  it('refuses a graph of another digest', async () => {
    await writeFile(join(dir, 'encoder.onnx'), 'other');
    await refuses('TESSERA_BUNDLE_DIGEST', 'encoder.onnx (manifest.json: graphs.encoder.sha256)');
  });

  it('refuses an example of another digest', async () => {
    await writeFile(join(dir, 'examples/two.npy'), 'other');
    await refuses('TESSERA_BUNDLE_DIGEST', 'examples/two.npy (manifest.json: examples[1].sha256)');
  });

  it('refuses a missing file', async () => {
    await rm(join(dir, 'decoder.onnx'));
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json: graphs.decoder.file');
  });

  it('refuses a folder for a file', async () => {
    await change((m) => Object.assign(m.graphs.decoder, { file: 'examples' }));
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json: graphs.decoder.file');
  });

  it('refuses a link that leads out of the folder', async () => {
    await cp(join(dir, 'decoder.onnx'), join(root, 'decoder.onnx'));
    await rm(join(dir, 'decoder.onnx'));
    await symlink('../decoder.onnx', join(dir, 'decoder.onnx'));
    await refuses('TESSERA_BAD_BUNDLE', 'decoder.onnx (manifest.json: graphs.decoder.file)');
  });

  it('follows a link that stays inside', async () => {
    await cp(join(dir, 'decoder.onnx'), join(dir, 'examples/d.onnx'));
    await rm(join(dir, 'decoder.onnx'));
    await symlink('examples/d.onnx', join(dir, 'decoder.onnx'));
    await expect(openBundle(dir)).resolves.toBeDefined();
  });

  it('refuses an input that the graph does not have', async () => {
    await change((m) => Object.assign(m.graphs.encoder!.inputs, { more: { type: 'float32', shape: [-1] } }));
    await refuses('TESSERA_BAD_BUNDLE', 'encoder.onnx (manifest.json: graphs.encoder.inputs)');
  });

  it("refuses sides that are not the graph's own", async () => {
    await change((m) => Object.assign(m.graphs.encoder!.inputs.image!, { shape: [-1, 3, 64, 32] }));
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json: graphs.encoder.inputs.image.shape');
  });

  it("refuses a type that is not the graph's own", async () => {
    await change((m) => Object.assign(m.graphs.encoder!.outputs.z!, { type: 'int64' }));
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json: graphs.encoder.outputs.z.type');
  });

  it('refuses graphs that do not fit the tile', async () => {
    await change((m) => Object.assign(m.tile, { size: 16, downsample: 4 }));
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json: graphs.denoiser.inputs.x.shape');
  });

  it('refuses a file that is no ONNX model', async () => {
    await replace('encoder', Buffer.from('neither fish nor flesh'));
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json: graphs.encoder.file');
  });

  it('refuses a model that is cut short', async () => {
    const bytes = await readFile(join(dir, 'encoder.onnx'));
    await replace('encoder', bytes.subarray(0, bytes.length - 10));
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json: graphs.encoder.file');
  });

  it('refuses a model with two graphs, of which parsers may take either or both', async () => {
    const bytes = await readFile(join(dir, 'encoder.onnx'));
    await replace(
      'encoder',
      Buffer.concat([bytes, new BinaryWriter().uint32(58).bytes(Buffer.of()).finish()]),
    );
    await refuses('TESSERA_BAD_BUNDLE', 'manifest.json: graphs.encoder.file');
  });

  it.each([
    ['a tensor', external],
    ["an attribute's tensor", (bytes: Uint8Array) => nested(bytes)],
  ])('refuses external data in %s', async (_where, graph) => {
    // A function library beside the graph: ModelProto.functions (25), FunctionProto.node (7), NodeProto.attribute (5).
    const bytes = await readFile(join(dir, 'encoder.onnx'));
    const attribute = graph(new BinaryWriter().uint32(66).string('weight').uint32(112).int32(1).finish());
    const node = new BinaryWriter().uint32(42).bytes(attribute).finish();
    const functions = new BinaryWriter().uint32(58).bytes(node).finish();
    await replace(
      'encoder',
      Buffer.concat([bytes, new BinaryWriter().uint32(202).bytes(functions).finish()]),
    );
    await refuses('TESSERA_BAD_BUNDLE', 'encoder.onnx (manifest.json: graphs.encoder.file)');
  });
});

/** AttributeProto.t (5). */
function external(tensor: Uint8Array): Uint8Array {
  return new BinaryWriter().uint32(42).bytes(tensor).finish();
}

/** AttributeProto.g (6), GraphProto.initializer (5). */
function nested(tensor: Uint8Array): Uint8Array {
  return new BinaryWriter().uint32(50).bytes(new BinaryWriter().uint32(42).bytes(tensor).finish()).finish();
}
