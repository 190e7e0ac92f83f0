import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobView } from '@tessera/coordinator/schema/job.js';

const PAGE = fileURLToPath(new URL('../../page/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const SIDE = 32_768;
const JOBS = 2000;
const STEPS = 12;
/** Regions of a `changed` event, and tiles of a `spans` event, ten times a second. */
const REGIONS = 40;

/**
 * Answers the page as a coordinator would that has 2,000 jobs and a farm which makes one of 32,768 x 32,768 px. Nothing is
 * rendered: steps are made up and every tile of the picture is the same image. For the smoothness of the page alone.
 */
export async function simulatedCoordinator(
  tile: Buffer,
): Promise<{ url: string; job: string; server: Server }> {
  const jobs = Array.from({ length: JOBS }, (_, number) => job(number));
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    if (pathname === '/v1/jobs') {
      const from = Number(searchParams.get('pageToken') ?? 0);
      const to = from + Number(searchParams.get('pageSize'));
      json(response, { jobs: jobs.slice(from, to), nextPageToken: to < JOBS ? `${to}` : '' });
    } else if (pathname === '/v1/events') events(response);
    else if (pathname.endsWith('/events')) follow(response);
    else if (pathname.endsWith('/live'))
      json(response, { at: Date.now(), lastEventId: '0', nodes: [], levels: [], spans: [] });
    else if (pathname.includes('/dzi_files/')) response.setHeader('content-type', 'image/jpeg').end(tile);
    else if (pathname.startsWith('/v1/jobs/')) json(response, jobs[Number(pathname.split('/')[3])]);
    else if (pathname === '/v1/bundles') json(response, { bundles: [] });
    else if (pathname === '/openapi.json') json(response, { components: { schemas: {} } });
    else file(response, pathname === '/' ? '/index.html' : pathname);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, job: '0', server };
}

function job(number: number): JobView {
  const level = (index: number, scale: number) => {
    const side = SIDE / scale;
    const columns = Math.ceil((side - 256) / 192) + 1;
    const shape = {
      index,
      scale,
      power: 20 / scale,
      micrometersPerPixel: 0.5 * scale,
      width: side,
      height: side,
      tile: 256,
    };
    const cells = { cell: 64, cellColumns: side / 64, cellRows: side / 64, steps: STEPS };
    return { ...shape, stride: 192, columns, rows: columns, ...cells };
  };
  return {
    id: `${number}`,
    state: number === 0 ? 'running' : 'done',
    priority: 4,
    bundle: '',
    width: SIDE,
    height: SIDE,
    seed: `${number}`,
    settings: {},
    levels: [level(0, 1), level(1, 4), level(2, 16)],
    progress: { tileSteps: 1000, totalTileSteps: 400_000, windows: 0, totalWindows: 30_000 },
    submittedAt: Date.now() - number * 60_000,
    updatedAt: Date.now(),
  };
}

/** A farm of eight nodes at work all over the picture. */
function follow(response: ServerResponse): void {
  events(response);
  let count = 0;
  const timer = setInterval(() => {
    const at = Date.now();
    const place = (n: number) => (n * 7919) % (SIDE - 256);
    const regions = Array.from({ length: REGIONS }, (_, n) => {
      const next = count * REGIONS + n;
      return { level: 0, step: next % STEPS, x: place(next), y: place(next * 31), width: 256, height: 256 };
    });
    const spans = Array.from({ length: 8 }, (_, n) => ({
      ...{ node: `node-${n}`, kind: 'denoise', level: 0, step: count % STEPS, failed: false },
      tiles: Array.from({ length: 5 }, (_, tile) => (count * 40 + n * 5 + tile) % 29_000),
      startedAt: at - 90,
      endedAt: at,
    }));
    response.write(`event: changed\ndata: ${JSON.stringify({ at, regions })}\n\n`);
    response.write(`event: spans\ndata: ${JSON.stringify({ at, spans })}\n\n`);
    count++;
  }, 100);
  response.on('close', () => clearInterval(timer));
}

function events(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': here\n\n');
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
}

function file(response: ServerResponse, path: string): void {
  try {
    const body = readFileSync(PAGE + path);
    response.setHeader('content-type', TYPES[extname(path)] ?? 'text/html').end(body);
  } catch {
    response.writeHead(404).end();
  }
}
