import { statfs } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { availableProviders, availableThreads, openBundle } from '@tessera/gpu-node';
import { TesseraError } from '@tessera/tiler';
import sharp from 'sharp';
import { defaultBundle } from '../bundle-path.js';
import { machineMemory } from '../machine-memory.js';

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do, where something is wrong or could be better. */
  readonly todo?: string;
}

/** Memory below which even a small canvas may not fit, bytes. */
const LEAST_MEMORY = 2 * 2 ** 30;

/** Free space below which a large slide may not fit, bytes. */
const LEAST_DISK = 2 ** 30;

/** Everything `tessera doctor` looks at, in order. None of them throws. */
export const CHECKS: readonly (() => Finding | Promise<Finding>)[] = [
  node,
  processors,
  memory,
  runtime,
  images,
  bundle,
  disk,
];

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const ok = major > 20 || (major === 20 && minor >= 19);
  return finding('Node', ok, process.versions.node, 'Install Node 20.19 or later.');
}

async function processors(): Promise<Finding> {
  const threads = await availableThreads();
  const found = `${availableParallelism()} cores, ${threads} threads for the device`;
  return { what: 'processors', ok: true, found };
}

function memory(): Finding {
  const limit = machineMemory();
  const found = `${gib(limit)} GiB, ${gib(Math.min(limit, freemem()))} GiB free`;
  return finding('memory', limit >= LEAST_MEMORY, found, 'Give it 2 GiB or more, or render small canvases.');
}

function runtime(): Finding {
  const providers = availableProviders();
  return finding('ONNX Runtime', providers.includes('cpu'), providers.join(', '), 'Run `npm install` again.');
}

async function images(): Promise<Finding> {
  const one = sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } });
  try {
    await one.jpeg().toBuffer();
    return { what: 'sharp', ok: true, found: `libvips ${sharp.versions.vips}` };
  } catch (error) {
    return finding('sharp', false, TesseraError.from(error).message, 'Run `npm install` again.');
  }
}

async function bundle(): Promise<Finding> {
  const dir = defaultBundle();
  try {
    const { manifest } = await openBundle(dir);
    return { what: 'default bundle', ok: true, found: `${manifest.name} ${manifest.version} (${dir})` };
  } catch (error) {
    const { code, message } = TesseraError.from(error);
    return finding(
      'default bundle',
      false,
      `${code}: ${message}`,
      'Restore models/ from the repository, or name one with --bundle.',
    );
  }
}

async function disk(): Promise<Finding> {
  const { bavail, bsize } = await statfs('.');
  const free = bavail * bsize;
  return finding(
    'disk',
    free >= LEAST_DISK,
    `${gib(free)} GiB free here`,
    'Free some space, or give --out elsewhere.',
  );
}

function finding(what: string, ok: boolean, found: string, todo: string): Finding {
  return { what, ok, found, ...(!ok && { todo }) };
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
