import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Job, JobState } from '@tessera/proto';
import { Value } from '@tessera/tiler/schema';
import { LRUCache } from 'lru-cache';
import type { LiveRun } from '../live/live-run.js';
import { type CoordinatorObserver, UNOBSERVED } from '../observe/observer.js';
import { keepRun } from './keep-run.js';
import { type KeptLevel, KeptRecord, type KeptRun } from './kept-run.js';
import { decodeLevel, type LevelImage } from './level-image.js';

/** Runs in memory: those that are not written yet, and those that are looked at. */
const RUNS = 16;
/** Levels at hand as colours, some MB each. */
const IMAGES = 8;

/**
 * What is kept of runs for those who look at the pictures later: levels, who worked where, when. Beside each picture, so that every
 * coordinator that has the pictures has it; where it cannot be written a picture is shown without.
 */
export class KeptRuns implements CoordinatorObserver {
  readonly #runs = new LRUCache<string, Promise<KeptRun | undefined>>({ max: RUNS });
  readonly #images = new LRUCache<string, Promise<LevelImage>>({ max: IMAGES });
  readonly #writing = new Set<Promise<void>>();

  readonly node = UNOBSERVED.node;
  readonly run = UNOBSERVED.run;

  /** Keeps a run that has just ended well, whatever becomes of its job. */
  note(live: LiveRun): void {
    const kept = keepRun(live);
    this.#runs.set(
      live.run.id,
      kept.catch(() => undefined),
    );
    for (const key of this.#images.keys()) if (key.startsWith(`${live.run.id}/`)) this.#images.delete(key);
  }

  /** Writes what is kept of a job that is done, if it was done here. */
  job(job: Job): void {
    const kept = this.#runs.peek(job.id);
    if (job.state !== JobState.DONE || job.output === '' || kept === undefined) return;
    const writing = kept
      .then((run) => run && write(folderOf(job), run))
      .catch(() => undefined)
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** What is kept of a job that is done; undefined where there is nothing. */
  async get(job: Job): Promise<KeptRun | undefined> {
    if (job.state !== JobState.DONE || job.output === '') return undefined;
    let kept = this.#runs.get(job.id);
    if (kept === undefined) {
      // What is not there may be still to come, from the coordinator that made the picture.
      kept = read(folderOf(job)).catch(() => void this.#runs.delete(job.id));
      this.#runs.set(job.id, kept);
    }
    return await kept;
  }

  /** Colours of a level of a job. */
  async image({ id }: Job, { index, jpeg }: KeptLevel): Promise<LevelImage> {
    const key = `${id}/${index}`;
    let image = this.#images.get(key);
    if (image === undefined) {
      image = decodeLevel(jpeg);
      this.#images.set(key, image);
    }
    return await image;
  }

  /** Resolves when all is written that has ended so far. */
  async close(): Promise<void> {
    await Promise.all(this.#writing);
  }
}

function folderOf({ output }: Job): string {
  return join(dirname(output), 'view');
}

/** Whole or not at all. */
async function write(folder: string, { levels, ...run }: KeptRun): Promise<void> {
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  const record: KeptRecord = { ...run, levels: levels.map(({ jpeg: _, ...level }) => level) };
  await writeFile(join(unfinished, 'run.json'), JSON.stringify(record));
  for (const { index, jpeg } of levels) await writeFile(join(unfinished, `level-${index}.jpg`), jpeg);
  await rm(folder, { recursive: true, force: true });
  await rename(unfinished, folder);
}

/** Rejects where there is nothing that can be read. */
async function read(folder: string): Promise<KeptRun> {
  const { levels, ...run } = Value.Parse(
    KeptRecord,
    JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')),
  );
  return {
    ...run,
    levels: await Promise.all(
      levels.map(async (level) => ({
        ...level,
        jpeg: await readFile(join(folder, `level-${level.index}.jpg`)),
      })),
    ),
  };
}
