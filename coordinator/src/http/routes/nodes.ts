import type { App } from '../app.js';
import type { HttpContext } from '../context.js';
import { NodeList } from '../schema/node.js';
import { ref } from '../schema/ref.js';
import { nodeView } from '../view/node-view.js';

/** GET /v1/nodes. */
export function nodeRoutes(app: App, { farm }: HttpContext): void {
  app.get(
    '/v1/nodes',
    {
      config: { permission: 'view' },
      schema: { summary: 'Nodes of the farm', tags: ['farm'], response: { 200: ref(NodeList) } },
    },
    async () => ({ nodes: farm.nodes.map(nodeView) }),
  );
}
