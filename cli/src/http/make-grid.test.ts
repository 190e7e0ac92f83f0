import {
  defaultSettings,
  Farm,
  footprint,
  type MakeGrid,
  NodeConnection,
  planJob,
} from '@tessera/coordinator';
import type { CheckContent } from '@tessera/coordinator/http';
import { type Bundle, openBundle } from '@tessera/gpu-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedded, startEmbedded } from '../embedded.js';
import { TINY_BUNDLE } from '../testing/command.js';
import { contentChecker, gridMaker } from './make-grid.js';

const NEVER = new AbortController().signal;

describe('what a picture asked for over HTTP starts from', () => {
  let bundle: Bundle;
  let embedded: Embedded;
  let farm: Farm;
  let make: MakeGrid;
  let check: CheckContent;

  beforeAll(async () => {
    bundle = await openBundle(TINY_BUNDLE);
    embedded = await startEmbedded({ bundles: [bundle], device: 'cpu', threads: 1 });
    farm = new Farm();
    await farm.pool.add(new NodeConnection(embedded.address));
    const bundles = new Map([[bundle.digest, bundle]]);
    make = gridMaker(farm, bundles);
    check = contentChecker(bundles);
  });

  afterAll(async () => {
    farm.close();
    await embedded.close();
  });

  const plan = () =>
    planJob({ ...defaultSettings(bundle.manifest), width: 256, height: 128, seed: 5n }, bundle.manifest);
  const grid = (content: Parameters<CheckContent>[0]) => make(content, plan(), bundle.digest, NEVER);
  const labels = () => bundle.manifest.layout!.labels!;

  it('is a grid of the footprint, the same for the same seed', async () => {
    const { columns, rows } = footprint(plan());
    const [one, again] = [await grid(undefined), await grid(undefined)];
    expect([one.width, one.height]).toEqual([columns, rows]);
    expect(again.data).toEqual(one.data);
  });

  it('takes from each tissue where it is drawn', async () => {
    const [left, right] = labels();
    const [a, b] = [await grid({ tissue: left! }), await grid({ tissue: right! })];
    const both = await grid({ drawing: [[left!, right!]] });
    const first = (from: typeof a, x: number) => from.data[x]!;
    expect(first(both, 0)).toBe(first(a, 0));
    const last = both.width - 1;
    expect(first(both, last)).toBe(first(b, last));
  });

  it.each([
    [{ tissue: 'bone' }, 'TESSERA_BAD_ARGUMENT', 'content.tissue'],
    [{ drawing: [['bone']] }, 'TESSERA_BAD_ARGUMENT', 'content.drawing'],
    [{ drawing: [[null, null], [null]] }, 'TESSERA_BAD_ARGUMENT', 'content.drawing'],
  ])('is refused at its field: %j', async (content, code, field) => {
    await expect(check(content, bundle.digest)).rejects.toEqual(expect.objectContaining({ code, field }));
  });

  it('is refused at its field where an image is none', async () => {
    const refusal = { code: 'TESSERA_BAD_IMAGE', field: 'content.like' };
    await expect(grid({ like: 'AAAA' })).rejects.toEqual(expect.objectContaining(refusal));
  });

  it('needs a node that has the bundle', async () => {
    const alone = gridMaker(new Farm(), new Map([[bundle.digest, bundle]]));
    await expect(alone(undefined, plan(), bundle.digest, NEVER)).rejects.toEqual(
      expect.objectContaining({ code: 'TESSERA_NODE_UNAVAILABLE' }),
    );
  });
});
