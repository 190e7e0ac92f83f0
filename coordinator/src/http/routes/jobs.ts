import type { Job } from '@tessera/proto';
import { Type } from '@tessera/tiler/schema';
import type { App } from '../app.js';
import type { HttpContext } from '../context.js';
import { JobPage, JobStateName, JobView } from '../schema/job.js';
import { ref } from '../schema/ref.js';
import { SubmitJob } from '../schema/submit-job.js';
import { submitRequest } from '../submit.js';
import { stateOf } from '../view/job-view.js';
import { JobPath } from './job-path.js';

const Page = Type.Object(
  {
    pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    pageToken: Type.Optional(
      Type.String({ pattern: '^(\\d{1,15}\\.[A-Za-z0-9_-]{1,64})?$', description: 'Of an earlier answer' }),
    ),
    state: Type.Optional(Type.Array(JobStateName, { description: 'Jobs of these states alone' })),
  },
  { additionalProperties: false },
);

const Headers = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, description: 'The same key gives the same job' }),
  ),
});

/** POST and GET /v1/jobs, GET /v1/jobs/{id}, and what is done with a job. */
export function jobRoutes(app: App, context: HttpContext): void {
  const { jobs, views } = context;

  app.post(
    '/v1/jobs',
    {
      config: { permission: 'submit' },
      schema: {
        summary: 'Asks for a picture',
        tags: ['jobs'],
        headers: Headers,
        body: ref(SubmitJob),
        response: { 201: ref(JobView) },
      },
    },
    async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const key = request.headers['idempotency-key'] ?? '';
      const asked = await submitRequest(context, request.body, key, gone.signal);
      const job = await jobs.submit(asked.request, asked.content);
      return reply.code(201).header('location', `/v1/jobs/${job.id}`).send(views.of(job));
    },
  );

  app.get(
    '/v1/jobs',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'Jobs, newest first',
        tags: ['jobs'],
        querystring: Page,
        response: { 200: ref(JobPage) },
      },
    },
    async ({ query: { pageSize = 100, pageToken = '', state = [] } }) => {
      const page = await jobs.list({ pageSize, pageToken, states: state.map(stateOf) });
      return { jobs: page.jobs.map((job) => views.of(job)), nextPageToken: page.nextPageToken };
    },
  );

  app.get(
    '/v1/jobs/:id',
    {
      config: { permission: 'view' },
      schema: { summary: 'A job', tags: ['jobs'], params: JobPath, response: { 200: ref(JobView) } },
    },
    async ({ params: { id } }) => views.of(await jobs.get(id)),
  );

  const actions: Record<string, { summary: string; act(id: string): Promise<Job> }> = {
    cancel: { summary: 'Ends a job; its unfinished work is dropped', act: (id) => jobs.cancel(id) },
    pause: { summary: 'Stops a job and saves it', act: (id) => jobs.pause(id) },
    resume: { summary: 'Puts a paused job back into the queue', act: (id) => jobs.resume(id) },
  };
  for (const [action, { summary, act }] of Object.entries(actions))
    app.post(
      `/v1/jobs/:id/${action}`,
      {
        config: { permission: 'submit' },
        schema: { summary, tags: ['jobs'], params: JobPath, response: { 200: ref(JobView) } },
      },
      async ({ params: { id } }) => views.of(await act(id)),
    );
}
