import type { Job } from '@tessera/proto';
import { Type } from '@tessera/tiler/schema';
import type { FastifyReply } from 'fastify';
import { isEnded } from '../../board/job-spec.js';
import type { EventLog } from '../../live/event-log.js';
import type { App } from '../app.js';
import type { HttpContext } from '../context.js';
import { EventStream } from '../event-stream.js';
import { Wake } from '../wake.js';
import { JobPath } from './job-path.js';

const After = Type.Object(
  {
    lastEventId: Type.Optional(
      Type.String({ pattern: '^[0-9]{0,15}$', description: 'As the header Last-Event-ID' }),
    ),
  },
  { additionalProperties: false },
);
const Headers = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ maxLength: 64, description: 'Of an earlier stream: go on after it' }),
  ),
});
const EVENT_STREAM = { 'text/event-stream': { schema: Type.String() } };

/** GET /v1/jobs/{id}/events and /v1/events: docs/api.md, "Events". */
export function eventRoutes(app: App, { jobs, live, views, changes }: HttpContext): void {
  app.get(
    '/v1/jobs/:id/events',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'What happens to a job, as server-sent events',
        tags: ['jobs'],
        params: JobPath,
        querystring: After,
        headers: Headers,
        response: { 200: { description: 'Events until the job has ended', content: EVENT_STREAM } },
      },
    },
    async ({ params: { id }, query, headers }, reply) => {
      const leave = new AbortController();
      const watching = jobs.watch(id, leave.signal);
      const first = await watching.next();
      if (first.done) return;
      const asked = query.lastEventId ?? headers['last-event-id'];
      const after = asked !== undefined && /^\d{1,15}$/.test(asked) ? Number(asked) : undefined;
      try {
        await tellOfJob(reply, first.value, watching, live.logOf(id), after, (job) =>
          JSON.stringify(views.of(job)),
        );
      } finally {
        leave.abort();
        await watching.return();
      }
    },
  );

  app.get(
    '/v1/events',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'Jobs as they change, as server-sent events',
        tags: ['jobs'],
        response: { 200: { description: 'Events without end', content: EVENT_STREAM } },
      },
    },
    async (_request, reply) => {
      const stream = new EventStream(reply);
      const wake = new Wake();
      // The newest of each job: who reads slowly misses what was between.
      const changed = new Map<string, Job>();
      const ignore = changes.onJob((job) => {
        changed.set(job.id, job);
        wake.ring();
      });
      stream.gone.addEventListener('abort', wake.ring, { once: true });
      try {
        while (!stream.gone.aborted) {
          await wake.next();
          const told = [...changed.values()];
          changed.clear();
          for (const job of told) await stream.send('job', JSON.stringify(views.of(job)));
        }
      } finally {
        ignore();
        stream.end();
      }
    },
  );
}

/** Job and log as two sources of one stream; resolves when the job has ended and all was told, or the reader is gone. */
async function tellOfJob(
  reply: FastifyReply,
  first: Job,
  watching: AsyncGenerator<Job, void, undefined>,
  log: EventLog,
  after: number | undefined,
  asJson: (job: Job) => string,
): Promise<void> {
  const stream = new EventStream(reply);
  const wake = new Wake();
  let job: Job | undefined = first;
  let state = first.state;
  const follow = async () => {
    for await (const change of watching) {
      job = change;
      state = change.state;
      wake.ring();
    }
  };
  follow().catch(wake.ring).finally(wake.ring);
  const ignore = log.onEvent(wake.ring);
  stream.gone.addEventListener('abort', wake.ring, { once: true });
  let told = after ?? log.last;
  wake.ring();
  try {
    while (!stream.gone.aborted) {
      await wake.next();
      if (job !== undefined) {
        const data = asJson(job);
        job = undefined;
        await stream.send('job', data, String(told));
      }
      const events = log.after(told);
      told = events?.at(-1)?.id ?? log.last;
      if (events === undefined) await stream.send('reset', JSON.stringify({ at: Date.now() }), String(told));
      else for (const { id, event, data } of events) await stream.send(event, data, String(id));
      if (isEnded(state) && job === undefined && told === log.last) return;
    }
  } finally {
    ignore();
    stream.end();
  }
}
