import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { openPicture, type PictureWriter, TesseraError } from '@tessera/tiler';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHECKPOINT_SECONDS } from '../checkpoint/checkpointer.js';
import type { StateParts } from '../checkpoint/state-format.js';
import { FolderState } from '../checkpoint/state-store.js';
import { SYSTEM_CLOCK } from '../dispatch/clock.js';
import { NodeConnection } from '../dispatch/node-connection.js';
import { Farm } from '../farm/farm.js';
import { faultFarm } from '../testing/fault-farm.js';
import { faultJob, hashes, render } from '../testing/fault-job.js';
import type { FaultNode } from '../testing/fault-node.js';
import { scratchFolder } from '../testing/scratch.js';
import { jobCost } from './cost.js';
import { parseProjection } from './projection-settings.js';
import { renderOnFarm } from './render-job.js';
import type { RenderJob, RenderProgress } from './render-request.js';
import type { RenderReport } from './report.js';
import type { RenderSettings } from './settings.js';

const { bus, start } = faultFarm();
const scratch = scratchFolder();
/** 3 x 1 picture tiles, so that some are written while others still sample. */
const WIDE: Partial<RenderSettings> = { width: 600, height: 60, steps: 2 };

let node: FaultNode;
beforeEach(async () => {
  node = await start();
});

/** A job whose state and picture are on disk. */
function job(settings: Partial<RenderSettings> = WIDE, changes: Partial<RenderJob> = {}): RenderJob {
  const made = faultJob(settings);
  const { width, height } = made.plan.settings;
  const info = { width, height, metersPerPixel: 5e-7, power: 20, description: {}, quality: 90 };
  return {
    ...made,
    state: new FolderState(scratch()),
    openOutput: (resumeFrom) =>
      openPicture({
        path: scratch('out.tif'),
        workDir: scratch(),
        format: 'tif',
        info,
        ...(resumeFrom && { resumeFrom }),
      }),
    ...changes,
  };
}

/** Runs a job until `when` says so; it then stops on request. */
async function stopped(stopping: RenderJob, when: (progress: RenderProgress) => boolean): Promise<void> {
  const stop = new AbortController();
  const onProgress = (progress: RenderProgress) => {
    if (when(progress)) stop.abort();
  };
  const run = render([node], bus, stopping, { signal: stop.signal, onProgress });
  await expect(run).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
}

describe('a job that is stopped and gone on with', () => {
  let calm: RenderReport;
  const { tileSteps } = jobCost(faultJob(WIDE).plan);
  beforeAll(async () => {
    calm = await render([await start()], bus, faultJob(WIDE));
  });

  it.each<[string, (progress: RenderProgress) => boolean]>([
    ['after its first tile-step', () => true],
    ['in its first step', (at) => at.tileSteps >= tileSteps / 5],
    ['half-way', (at) => at.tileSteps >= tileSteps / 2],
    ['with the first window decoded', (at) => at.decoded >= 1],
    ['with some of the picture written', (at) => at.decoded >= at.totalDecodes / 2],
    ['with one window to go', (at) => at.decoded >= at.totalDecodes - 1],
  ])('%s makes the same picture', async (_, when) => {
    await stopped(job(WIDE, { batch: 1 }), when);
    expect(bus.size).toBe(0);
    expect(hashes(await render([node], bus, job()))).toEqual(hashes(calm));
    expect(await readdir(scratch())).toContain('out.tif');
  });

  it('does not repeat what was done', async () => {
    await stopped(job(), ({ decoded, totalDecodes }) => decoded >= totalDecodes / 2);
    const before = node.done.length;
    const report = await render([node], bus, job());
    const total = tileSteps + jobCost(faultJob(WIDE).plan).evaluations.decoder;
    expect(report.tileSteps).toBe(tileSteps);
    // In flight when it was stopped, decoded for a picture tile that was not full, or frames still to be read.
    expect(node.done.length - before).toBeLessThan(total / 2);
  });

  it('releases each frame after its last reader', async () => {
    await stopped(job(), ({ tileSteps: done }) => done >= tileSteps / 3);
    const whole = vi.spyOn(bus, 'releaseJob').mockResolvedValue();
    await render([node], bus, job());
    whole.mockRestore();
    expect(bus.size).toBe(0);
  });

  it('may be stopped again and again', async () => {
    for (const part of [0.3, 0.6, 0.9])
      await stopped(job(), ({ tileSteps: done }) => done >= part * tileSteps);
    expect(hashes(await render([node], bus, job()))).toEqual(hashes(calm));
  });

  it('may go on in other batches, on other nodes, behind a barrier', async () => {
    await stopped(job(WIDE, { batch: 1 }), (at) => at.tileSteps >= tileSteps / 2);
    const others = [await start(), await start()];
    const rest = job(WIDE, { batch: 7, barrier: true });
    expect(hashes(await render(others, bus, rest))).toEqual(hashes(calm));
  });

  it.each([0.2, 0.5, 0.8])(
    'goes on from its last checkpoint (%d of the windows) after a kill',
    async (part) => {
      const folder = new FolderState(scratch());
      let killed = false;
      const state = {
        read: () => folder.read(),
        write: async (parts: StateParts) => (killed ? undefined : folder.write(parts)),
      };
      let now = 0;
      const farm = new Farm({ clock: { now: () => now, after: SYSTEM_CLOCK.after } });
      await farm.pool.add(new NodeConnection(node.address));
      const stop = new AbortController();
      const onProgress = ({ decoded, totalDecodes }: RenderProgress) => {
        // Saved once, here; what is sampled and written from then on is lost.
        if (!killed && now > 0) killed = true;
        if (decoded >= part * totalDecodes) now = CHECKPOINT_SECONDS;
        if (decoded >= 0.9 * totalDecodes) stop.abort();
      };
      const environment = { nodes: [], bus, version: 'test', signal: stop.signal, onProgress };
      const run = renderOnFarm(job(WIDE, { state, batch: 1 }), environment, farm);
      await expect(run).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
      farm.close();
      expect(hashes(await render([node], bus, job()))).toEqual(hashes(calm));
    },
  );

  it('was saved even if it was stopped before it began', async () => {
    const signal = AbortSignal.abort();
    await expect(render([node], bus, job(), { signal })).rejects.toMatchObject({
      code: 'TESSERA_CANCELLED',
    });
    expect(hashes(await render([node], bus, job()))).toEqual(hashes(calm));
  });
});

describe('going on works with', () => {
  it.each<[string, Partial<RenderSettings>]>([
    ['newton, which moves latents', { projection: parseProjection('newton:1'), frameType: 'float32' }],
    ['shifted tiles', { fusion: 'shift', sampler: 'zoomldm' }],
    ['a finished level above', { lead: 'all' }],
    ['a post-pass', { postPass: true }],
    ['windows corrected to the level above', { decode: 'consistent' }],
  ])('%s', async (_, some) => {
    const settings = { ...some, width: 160, height: 110, steps: 2 };
    const { tileSteps } = jobCost(faultJob(settings).plan);
    const calm = await render([node], bus, faultJob(settings));
    await stopped(job(settings), (at) => at.tileSteps >= 0.4 * tileSteps);
    await stopped(job(settings), (at) => at.tileSteps >= 0.8 * tileSteps);
    expect(hashes(await render([node], bus, job(settings)))).toEqual(hashes(calm));
  });
});

describe('a job whose disk is full', () => {
  const FULL = new TesseraError('TESSERA_DISK_FULL', 'No space is left on the device');
  const full = () => Promise.reject(FULL);

  /** A job whose picture takes no more after a while. */
  function cramped(spoil: (writer: PictureWriter) => void): RenderJob {
    const roomy = job();
    return {
      ...roomy,
      openOutput: async (resumeFrom) => {
        const writer = await roomy.openOutput!(resumeFrom);
        spoil(writer);
        return writer;
      },
    };
  }

  it('ends at once, is saved, and goes on when there is room', async () => {
    const { tileSteps, evaluations } = jobCost(job().plan);
    const run = render(
      [node],
      bus,
      cramped((writer) => {
        writer.writeTile = full;
        writer.checkpoint = full;
      }),
    );
    await expect(run).rejects.toMatchObject({ code: 'TESSERA_DISK_FULL' });
    const done = node.done.length;
    expect(done).toBeLessThan(tileSteps + evaluations.decoder);
    const report = await render([node], bus, job());
    expect(hashes(report)).toEqual(hashes(await render([await start()], bus, faultJob(WIDE))));
    expect(node.done.length - done).toBeLessThan(tileSteps);
  });

  it('is saved even if it was full only when the file was to be closed', async () => {
    const run = render(
      [node],
      bus,
      cramped((writer) => (writer.finish = full)),
    );
    await expect(run).rejects.toMatchObject({ code: 'TESSERA_DISK_FULL' });
    const { denoise } = node.calls;
    const report = await render([node], bus, job());
    expect(node.calls.denoise).toBe(denoise);
    expect(report.seconds.sampling).toBe(0);
    expect(hashes(report)).toEqual(hashes(await render([await start()], bus, faultJob(WIDE))));
  });

  it('ends if it cannot be saved', async () => {
    const state = { read: async () => undefined, write: full };
    const run = render([node], bus, job(WIDE, { state, checkpointSeconds: 0 }));
    await expect(run).rejects.toMatchObject({ code: 'TESSERA_DISK_FULL' });
  });
});

describe('a saved state', () => {
  it('is refused with TESSERA_BAD_STATE when it is damaged', async () => {
    await stopped(job(), () => true);
    const path = scratch('state.bin');
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
    await expect(render([node], bus, job())).rejects.toMatchObject({ code: 'TESSERA_BAD_STATE' });
  });

  it.each<[string, Partial<RenderSettings>]>([
    ['another size', { ...WIDE, width: 500 }],
    ['fewer levels', { ...WIDE, projection: parseProjection('off') }],
    ['another overlap', { ...WIDE, overlap: 0.5 }],
    ['no history', { ...WIDE, sampler: 'ddim' }],
    ['fewer steps', { ...WIDE, steps: 1 }],
  ])('is refused with TESSERA_STATE_MISMATCH by a job of %s', async (_, settings) => {
    await stopped(job(WIDE, { openOutput: undefined }), ({ tileSteps }) => tileSteps > 20);
    await expect(render([node], bus, job(settings, { openOutput: undefined }))).rejects.toMatchObject({
      code: 'TESSERA_STATE_MISMATCH',
    });
  });

  it('may lie in a folder that is made later', async () => {
    const state = new FolderState(scratch('later'));
    await expect(state.read()).resolves.toBeUndefined();
    await mkdir(scratch('later'));
    await stopped(job(WIDE, { state }), () => true);
    expect(await readdir(scratch('later'))).toEqual(['state.bin']);
  });
});
