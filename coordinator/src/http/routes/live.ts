import type { KeptRun } from '../../kept/kept-run.js';
import { base64 } from '../../live/base64.js';
import type { LiveRun } from '../../live/live-run.js';
import type { App } from '../app.js';
import type { HttpContext } from '../context.js';
import { Live } from '../schema/live.js';
import { ref } from '../schema/ref.js';
import { JobPath } from './job-path.js';

/** GET /v1/jobs/{id}/live. */
export function liveRoutes(app: App, { jobs, live, kept }: HttpContext): void {
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
      const job = await jobs.get(id);
      const run = live.get(id);
      const now = { at: Date.now(), lastEventId: String(live.logOf(id).last) };
      if (run === undefined) return { ...now, ...madeOf(await kept.get(job)) };
      return {
        ...now,
        nodes: run.nodes,
        levels: levelsOf(run),
        spans: run.spans.map((span) => ({ ...span, tiles: [...span.tiles] })),
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

function madeOf(run: KeptRun | undefined): Pick<Live, 'nodes' | 'levels' | 'spans'> {
  if (run === undefined) return { nodes: [], levels: [], spans: [] };
  const { nodes, spans, levels } = run;
  return {
    nodes,
    spans,
    levels: levels.map(({ index, steps, cells, lastNode }) => ({
      index,
      steps,
      cellSteps: base64(new Uint16Array(cells).fill(steps)),
      lastNode,
    })),
  };
}
