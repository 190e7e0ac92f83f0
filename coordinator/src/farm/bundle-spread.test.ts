import { InProcessFrameBus, LoadedBundle } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../simulation/virtual-clock.js';
import { GatedNode } from '../testing/gated-node.js';
import { BundleSpread } from './bundle-spread.js';
import { Farm } from './farm.js';

let clock: VirtualClock;
let farm: Farm;
let needed: string[];
let spread: BundleSpread;

beforeEach(() => {
  clock = new VirtualClock();
  farm = new Farm({ elastic: true, clock });
  needed = [];
  spread = new BundleSpread(farm, () => needed);
});

afterEach(() => {
  spread.close();
  farm.close();
});

/** A node that loads what it is asked for, once it may. */
async function node(name: string, may: (bundle: string) => Promise<void> = async () => {}) {
  const asked: string[] = [];
  const gated = new GatedNode(new InProcessFrameBus(), 0, name);
  gated.load = async (digest) => {
    asked.push(digest);
    await may(digest);
    return LoadedBundle.create({ digest, name: digest, batch: 1, numerics: 'simulated' });
  };
  return { asked, handle: await farm.pool.add(gated) };
}

const refuse = () => Promise.reject(new TesseraError('TESSERA_BUNDLE_UNKNOWN', 'not there'));

describe('the spread of bundles', () => {
  it('has every node load what jobs need, one after the other, and once', async () => {
    const [one, two] = [await node('one'), await node('two')];
    needed = ['a', 'b'];
    spread.look();
    await expect
      .poll(() => [one.asked, two.asked])
      .toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ]);
    await expect.poll(() => one.handle.bundle('b')?.name).toBe('b');
    spread.look();
    expect(one.asked).toEqual(['a', 'b']);
  });

  it('asks a node that joins later', async () => {
    needed = ['a'];
    const late = await node('late');
    await expect.poll(() => late.handle.bundle('a')).toBeDefined();
  });

  it('asks again after a minute for what could not be loaded, and meanwhile for the rest', async () => {
    const { asked } = await node('one', (digest) => (digest === 'a' ? refuse() : Promise.resolve()));
    needed = ['a', 'b'];
    spread.look();
    await expect.poll(() => asked).toEqual(['a', 'b']);
    spread.look();
    expect(asked).toEqual(['a', 'b']);
    await clock.runUntil(() => asked.length === 3, 61);
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('leaves a node alone that is going', async () => {
    const { asked, handle } = await node('one');
    farm.pool.drain(handle);
    needed = ['a'];
    spread.look();
    expect(asked).toEqual([]);
  });
});
