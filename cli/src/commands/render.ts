import type { DeviceThread } from '@tessera/gpu-node/thread';
import { Command } from 'commander';
import { addRenderOptions, type RenderOptions } from '../render/options.js';
import { planOnly } from '../render/plan-only.js';
import { render } from '../render/render.js';

const EXAMPLES = `
Examples:
  tessera render --size 4096x4096 --seed 7 --out slide.svs.tif     a slide from a seed alone
  tessera render --like tissue.jpg --out like.png                  more of what an image shows
  tessera render --size 65536x65536 --plan                         what it would take
  tessera render --coordinator hub:50051 --out slide.svs.tif       by a farm, written here
  tessera render --power 5 --size 1024x1024 --out overview.png     at another magnification

After Ctrl-C or a crash the same command goes on from <out>.partial/; a farm goes on by itself, and the same command
comes back to its job. What a coordinator asks for (TLS, a token) comes from the environment or the file: docs/configuration.md.`;

/** `tessera render`, on the device of `thread` where that was started already. */
export function renderCommand(thread?: DeviceThread): Command {
  const command = new Command('render').description('Renders a picture of any size with a model bundle.');
  return addRenderOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: RenderOptions) => {
      if (options.plan) return await planOnly(options);
      if (options.coordinator === undefined) return await render(options, thread);
      const { renderOnFarm } = await import('../jobs/render-on-farm.js');
      await renderOnFarm(options);
    });
}
