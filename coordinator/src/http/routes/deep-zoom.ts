import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Job, JobState } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { Type } from '@tessera/tiler/schema';
import type { FastifyReply } from 'fastify';
import { FinishedPictures } from '../../deep-zoom/finished-pictures.js';
import { keptTile } from '../../deep-zoom/kept-tile.js';
import { liveTile } from '../../deep-zoom/live-tile.js';
import { PreviewTurns } from '../../deep-zoom/preview-turns.js';
import { TileCache } from '../../deep-zoom/tile-cache.js';
import { descriptor, zoomTile } from '../../deep-zoom/zoom.js';
import type { KeptLevel } from '../../kept/kept-run.js';
import type { App } from '../app.js';
import type { HttpContext } from '../context.js';
import { JobPath } from './job-path.js';

const TilePath = Type.Object(
  {
    ...JobPath.properties,
    z: Type.Integer({ minimum: 0, maximum: 31, description: 'Level: 0 is 1x1 px' }),
    tile: Type.String({ pattern: '^[0-9]{1,6}_[0-9]{1,6}[.]jpg$', description: 'COLUMN_ROW.jpg' }),
  },
  { additionalProperties: false },
);
const Show = Type.Object(
  {
    level: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 15,
        description: 'One level of the pyramid alone; 0 is the finest',
      }),
    ),
    show: Type.Optional(Type.Enum(['picture', 'difference'], { default: 'picture' })),
    v: Type.Optional(Type.String({ maxLength: 64, description: 'Anything: makes the address another one' })),
  },
  { additionalProperties: false },
);
const Jpeg = Type.Unsafe<Buffer>({ type: 'string', format: 'binary' });

/** GET /v1/jobs/{id}/dzi and its tiles: docs/api.md, "The picture while it is made". */
export function deepZoomRoutes(app: App, { jobs, live, kept }: HttpContext): void {
  const finished = new FinishedPictures();
  const cache = new TileCache();
  const turns = new PreviewTurns();

  app.get(
    '/v1/jobs/:id/dzi',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'The picture as DeepZoom',
        tags: ['pictures'],
        params: JobPath,
        response: {
          200: { description: 'A descriptor', content: { 'application/xml': { schema: Type.String() } } },
        },
      },
    },
    async ({ params: { id } }, reply) => {
      const { width, height } = (await jobs.get(id)).settings!;
      return reply.type('application/xml').send(descriptor(width, height));
    },
  );

  app.get(
    '/v1/jobs/:id/dzi_files/:z/:tile',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'A tile of it',
        tags: ['pictures'],
        params: TilePath,
        querystring: Show,
        response: {
          200: { description: 'A JPEG of at most 256 x 256 px', content: { 'image/jpeg': { schema: Jpeg } } },
          304: { description: 'As If-None-Match has it', type: 'null' },
        },
      },
    },
    async ({ params: { id, z, tile: name }, query: { level, show }, headers }, reply) => {
      let job = await jobs.get(id);
      const { width, height } = job.settings!;
      const [column, row] = name.match(/\d+/g)!.map(Number);
      const tile = zoomTile(width, height, { z, column: column!, row: row! });
      if (tile === undefined) throw new TesseraError('TESSERA_NOT_FOUND', `There is no tile ${z}/${name}`);
      if (live.get(id) !== undefined) await turns.next();
      const now = live.get(id);
      const wanted = { level, difference: show === 'difference' };
      if (now !== undefined) {
        const { version, make } = await liveTile(now, tile, wanted);
        const tag = `"${z}-${name}-${level ?? 'all'}-${version}"`;
        reply.header('cache-control', 'no-cache').header('etag', tag);
        if (headers['if-none-match'] === tag) return reply.code(304).send(null);
        return reply.type('image/jpeg').send(await cache.get(`${id}/${tag}`, make));
      }
      job = await jobs.get(id);
      if (job.state !== JobState.DONE) return notYet(reply, job);
      const whole = level === undefined && !wanted.difference;
      const run = whole ? undefined : await kept.get(job);
      if (!whole && run === undefined) return nothingKept(reply, job);
      const tag = `"${id}-${z}-${name}-${wanted.difference ? 'difference' : (level ?? 'all')}"`;
      reply.header('cache-control', 'private, max-age=31536000, immutable').header('etag', tag);
      if (headers['if-none-match'] === tag) return reply.code(304).send(null);
      reply.type('image/jpeg');
      if (run !== undefined) {
        const image = (one: KeptLevel) => kept.image(job, one);
        return reply.send(await cache.get(`${id}/${tag}`, () => keptTile(run, tile, wanted, image)));
      }
      if (job.output.endsWith('.dzi'))
        return reply.send(
          await readFile(
            join(`${job.output.slice(0, -'.dzi'.length)}_files`, String(z), `${column}_${row}.jpg`),
          ),
        );
      return reply.send(
        await cache.get(`${id}/${tag}`, async () => (await finished.open(job.output)).tile(tile)),
      );
    },
  );
}

function nothingKept(reply: FastifyReply, { id }: Job): never {
  reply.header('cache-control', 'no-store');
  throw new TesseraError('TESSERA_NOT_FOUND', `Nothing but the picture was kept of job ${id}`);
}

function notYet(reply: FastifyReply, { id }: Job): never {
  reply.header('cache-control', 'no-store');
  throw new TesseraError(
    'TESSERA_NOT_FOUND',
    `Job ${id} has no picture now: it does not run here and is not done`,
  );
}
