import type { LiveRun } from '../../live/live-run.js';
import type { App } from '../app.js';
import type { HttpContext } from '../context.js';
import { Live } from '../schema/live.js';
import { ref } from '../schema/ref.js';
import { JobPath } from './job-path.js';

/** GET /v1/jobs/{id}/live. */
export function liveRoutes(app: App, { jobs, live }: HttpContext): void {
  app.get(
    '/v1/jobs/:id/live',
    {
      config: { permission: 'view' },
      schema: {
        summary: 'How far every cell is, and who worked where',
        tags: ['jobs'],
        params: JobPath,
        response: { 200: ref(Live) },
      },
    },
    async ({ params: { id } }): Promise<Live> => {
      await jobs.get(id);
      const run = live.get(id);
      return {
        at: Date.now(),
        lastEventId: String(live.logOf(id).last),
        nodes: run?.nodes ?? [],
        levels: run === undefined ? [] : levelsOf(run),
        spans: run?.spans.map((span) => ({ ...span, tiles: [...span.tiles] })) ?? [],
      };
    },
  );
}

function levelsOf(run: LiveRun): Live['levels'] {
  return run.passes.map((pass) => ({
    index: pass.level.index,
    steps: pass.planned.plan.steps,
    cellSteps: base64(pass.pass.state.cellSteps),
    lastNode: base64(run.lastNode(pass)),
  }));
}

/** Little-endian on every machine that Node runs on. */
function base64({ buffer, byteOffset, byteLength }: Uint16Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
