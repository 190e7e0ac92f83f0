import { type Guide, InProcessFrameBus } from '@tessera/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Guides } from './guides.js';

const P = 8;
const SUBJECT = 'tessera.guide.job.1.0.0';

let bus: InProcessFrameBus;

beforeEach(async () => {
  bus = new InProcessFrameBus();
  const frame = Float32Array.from({ length: 3 * P * P }, (_, i) => Math.sin(i));
  await bus.publish(SUBJECT, new Uint8Array(frame.buffer));
});

function guide(more: Partial<Guide> = {}): Guide {
  const frames = [{ subject: SUBJECT, x: 0, y: 0 }];
  return { ratio: 4, blur: 0.25, x: 0, y: 0, width: P, height: P, window: 'cosine', frames, ...more };
}

describe('Guides', () => {
  it('cuts a crop once, also where it is declared blurred otherwise', async () => {
    const guides = new Guides(bus);
    const first = await guides.cut(guide(), P, 'guide');
    const again = await guides.cut(guide({ blur: 0.5 }), P, 'guide');
    expect(again).toEqual({ ...first, blur: 0.5 });
    expect((again as { image: unknown }).image).toBe((first as { image: unknown }).image);
  });

  it.each([
    ['place', { x: 3 }],
    ['ratio', { ratio: 2 }],
    ['place of its frame', { frames: [{ subject: SUBJECT, x: -1, y: 0 }] }],
  ])('cuts another crop for another %s', async (_, more) => {
    const guides = new Guides(bus);
    const first = await guides.cut(guide(), P, 'guide');
    const fresh = await new Guides(bus).cut(guide(more), P, 'guide');
    const other = await guides.cut(guide(more), P, 'guide');
    expect(other).toEqual(fresh);
    expect(other).not.toEqual(first);
  });

  it('says which frames are not there', async () => {
    const frames = [{ subject: 'tessera.guide.job.1.0.1', x: 0, y: 0 }];
    expect(await new Guides(bus).cut(guide({ frames }), P, 'guide')).toEqual({
      missing: ['tessera.guide.job.1.0.1'],
    });
  });
});
