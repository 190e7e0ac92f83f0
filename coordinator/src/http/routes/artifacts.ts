import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import { type Job, JobState } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { Type } from '@tessera/tiler/schema';
import type { App } from '../app.js';
import type { HttpContext } from '../context.js';
import { type Artifact, ArtifactList } from '../schema/artifact.js';
import { ref } from '../schema/ref.js';
import { JobPath } from './job-path.js';

const REPORT = 'report.json';
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  tif: 'image/tiff',
  png: 'image/png',
  jpg: 'image/jpeg',
  dzi: 'application/xml',
};
/** How the description of the API has files: the report is JSON. */
const FILE = {
  'application/json': { schema: Type.Unsafe<string>({ type: 'object', additionalProperties: true }) },
  ...Object.fromEntries(
    Object.values(MEDIA_TYPES).map((type) => [type, { schema: Type.String({ format: 'binary' }) }]),
  ),
};
const ArtifactPath = Type.Object(
  { ...JobPath.properties, name: Type.String({ pattern: '^[a-z]+([.][a-z]+)+$', maxLength: 32 }) },
  { additionalProperties: false },
);

/** GET /v1/jobs/{id}/artifacts and /artifacts/{name}. */
export function artifactRoutes(app: App, { jobs }: HttpContext): void {
  // For `sendFile`, which answers ranges, If-None-Match and If-Modified-Since.
  app.register(fastifyStatic, { root: '/', serve: false });

  app.get(
    '/v1/jobs/:id/artifacts',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'Files of a finished job',
        tags: ['pictures'],
        params: JobPath,
        response: { 200: ref(ArtifactList) },
      },
    },
    async ({ params: { id } }) => ({ artifacts: await artifactsOf(await jobs.get(id)) }),
  );

  app.get(
    '/v1/jobs/:id/artifacts/:name',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'One of them; ranges are answered',
        tags: ['pictures'],
        params: ArtifactPath,
        response: {
          200: { description: 'The file', content: FILE },
          206: { description: 'The range asked for', content: FILE },
        },
      },
    },
    async ({ params: { id, name } }, reply) => {
      const job = await jobs.get(id);
      // Only what is listed can be had: the name is compared, never joined to a path.
      const found = (await artifactsOf(job)).find((artifact) => artifact.name === name);
      if (found === undefined)
        throw new TesseraError('TESSERA_NOT_FOUND', `Job ${id} has no artifact ${name}`);
      reply.header('content-disposition', `attachment; filename="${id}.${name}"`);
      if (name === REPORT) return reply.type('application/json').send(job.report);
      return reply.type(found.mediaType).sendFile(basename(job.output), dirname(job.output));
    },
  );
}

async function artifactsOf(job: Job): Promise<Artifact[]> {
  if (job.state !== JobState.DONE) return [];
  const href = (name: string) => `/v1/jobs/${job.id}/artifacts/${name}`;
  const report = Buffer.byteLength(job.report);
  const artifacts = [{ name: REPORT, bytes: report, mediaType: 'application/json', href: href(REPORT) }];
  const name = basename(job.output);
  const there = await stat(job.output).catch(() => undefined);
  if (there === undefined) return artifacts;
  const mediaType = MEDIA_TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream';
  return [{ name, bytes: there.size, mediaType, href: href(name) }, ...artifacts];
}
