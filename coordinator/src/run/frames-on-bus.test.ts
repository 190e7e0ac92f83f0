import { describe, expect, it } from 'vitest';
import type { Batch } from '../dispatch/batch.js';
import type { NodeHandle } from '../dispatch/node-handle.js';
import { faultPlan } from '../testing/fault-job.js';
import { FramesOnBus, mostFrames } from './frames-on-bus.js';

const BATCH = {} as Batch;
const WORKING = [{ flights: [{ batch: BATCH }] }] as unknown as readonly NodeHandle[];
const IDLE = [{ flights: [] }] as unknown as readonly NodeHandle[];

function full(): { frames: FramesOnBus; subjects: string[] } {
  const plan = faultPlan();
  const subjects = Array.from({ length: mostFrames(plan) }, (_, i) => `frame ${i}`);
  const frames = new FramesOnBus(plan);
  frames.sent(BATCH, subjects);
  return { frames, subjects };
}

describe('FramesOnBus', () => {
  it('has no room at its bound until one is released', () => {
    const { frames, subjects } = full();
    expect(frames.hasRoom(WORKING)).toBe(false);
    frames.released(subjects[0]!);
    expect(frames.hasRoom(WORKING)).toBe(true);
    frames.sent(BATCH, ['another']);
    expect(frames.hasRoom(WORKING)).toBe(false);
  });

  it('lets one more go where all would wait', () => {
    expect(full().frames.hasRoom(IDLE)).toBe(true);
  });

  it('holds the rows that tiles read at once, however wide the level', () => {
    const plan = faultPlan({ width: 131_072, height: 131_072 });
    const across = plan.passes[1]!.level.lattice.columns.starts.length;
    expect(mostFrames(plan)).toBeGreaterThanOrEqual(4 * across);
  });
});
