import { defaultSettings, NodeConnection, planJob } from '@tessera/coordinator';
import { type Bundle, openBundle } from '@tessera/gpu-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedded, startEmbedded } from '../embedded.js';
import { TINY_BUNDLE } from '../testing/command.js';
import { Graphs } from './graphs.js';
import { startingContent } from './starting-content.js';

const NEVER = new AbortController().signal;

describe('a tissue asked for by name', () => {
  let bundle: Bundle;
  let embedded: Embedded;
  let node: NodeConnection;

  beforeAll(async () => {
    bundle = await openBundle(TINY_BUNDLE);
    embedded = await startEmbedded({ bundles: [bundle], device: 'cpu', threads: 1 });
    node = new NodeConnection(embedded.address);
  });

  afterAll(async () => {
    node.close();
    await embedded.close();
  });

  /** What `tissue` gives where the layout's two labels are called so. */
  async function drawn(labels: string[], tissue: string): Promise<Float32Array> {
    const manifest = { ...bundle.manifest, layout: { ...bundle.manifest.layout!, labels } };
    const plan = planJob({ ...defaultSettings(manifest), width: 256, height: 128, seed: 5n }, manifest);
    const graphs = new Graphs(node, bundle, NEVER);
    return (await startingContent({ tissue }, plan, { ...bundle, manifest }, graphs)).data;
  }

  it('is drawn away from what the layout says of anything', async () => {
    expect(await drawn(['any', 'busy'], 'busy')).not.toEqual(await drawn(['plain', 'busy'], 'busy'));
  });

  it('is drawn as it is where the layout has no label for anything, or anything is asked for', async () => {
    expect(await drawn(['any', 'busy'], 'any')).toEqual(await drawn(['plain', 'busy'], 'plain'));
  });
});
