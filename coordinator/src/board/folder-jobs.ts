import { mkdir, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Answer, JobEvent, JobRecord, JobRequest, Jobs, OwnedJob } from '@tessera/farm';
import { decodeJobRecord, encodeJobRecord, isFinal, LatestChanges } from '@tessera/farm/jobs';
import { TesseraError } from '@tessera/tiler';
import { coded, writeWhole } from './files.js';
import { FolderJob, type JobChanges } from './folder-job.js';

const RECORD = 'job.json';
const INPUT = 'input.bin';

/** A job in the folder, its changes one after the other. */
interface Entry {
  record: JobRecord;
  owned: FolderJob | undefined;
  saving: Promise<void>;
}

/**
 * The jobs of a coordinator that shares them with no other, each in a folder of its own: `job.json` is its record, replaced
 * whole at every change of state, `input.bin` what was submitted with it.
 */
export class FolderJobs implements Jobs {
  /** Folders that hold no readable job: left alone. */
  readonly damaged: string[] = [];
  readonly #root: string;
  readonly #entries = new Map<string, Entry>();
  /** Jobs let in whose folders are being written. */
  readonly #arriving = new Map<string, Promise<void>>();
  readonly #watchers = new Set<LatestChanges<JobRecord>>();
  readonly #takers = new Set<() => void>();

  private constructor(root: string) {
    this.#root = root;
  }

  /** Takes up what is in the folder, which is made if it is not there: jobs that ran are queued again. */
  static async open(root: string): Promise<FolderJobs> {
    const jobs = new FolderJobs(root);
    await mkdir(root, { recursive: true });
    for (const name of await readdir(root)) await jobs.#takeUp(name);
    return jobs;
  }

  /** As `Jobs.submit`; resolves when it is on disk. Throws TESSERA_DISK_FULL or TESSERA_OUTPUT_UNWRITABLE. */
  async submit({ id, priority, spec, input, submitted }: JobRequest): Promise<JobRecord> {
    const known = this.#entries.get(id);
    if (known !== undefined) {
      await this.#arriving.get(id);
      if (known.record.priority !== priority || !isDeepStrictEqual(known.record.spec, plain(spec)))
        throw TesseraError.expected('TESSERA_JOB_EXISTS', 'job', 'an id of its own, or the same request', id);
      return known.record;
    }
    const now = submitted ?? new Date().toISOString();
    const record: JobRecord = {
      id,
      priority,
      state: 'queued',
      spec: plain(spec),
      submitted: now,
      updated: now,
      fence: 0,
      progress: { done: 0, total: 0 },
      renewals: 0,
    };
    const folder = join(this.#root, id);
    const entry: Entry = { record, owned: undefined, saving: Promise.resolve() };
    this.#entries.set(id, entry);
    const arriving = coded(folder, async () => {
      await mkdir(folder, { recursive: true });
      // The record, written last, makes it a job.
      if (input) await writeWhole(join(folder, INPUT), input);
      await writeWhole(join(folder, RECORD), encodeJobRecord(record));
    });
    this.#arriving.set(id, arriving);
    try {
      await arriving;
    } catch (error) {
      this.#entries.delete(id);
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    } finally {
      this.#arriving.delete(id);
    }
    this.#tell(record);
    this.offerAgain();
    return record;
  }

  async get(id: string): Promise<JobRecord> {
    return (await this.#find(id)).record;
  }

  async list(): Promise<JobRecord[]> {
    return [...this.#entries]
      .filter(([id]) => !this.#arriving.has(id))
      .map(([, { record }]) => record)
      .sort((a, b) => (a.submitted < b.submitted ? -1 : 1));
  }

  async *watch(signal: AbortSignal): AsyncGenerator<JobEvent, void, undefined> {
    const changes = new LatestChanges<JobRecord>(isDeepStrictEqual);
    for (const record of await this.list()) changes.set(record.id, record);
    this.#watchers.add(changes);
    try {
      for await (const { before, after } of changes.read(signal))
        yield after === undefined ? { type: 'forgotten', job: before! } : { type: 'changed', job: after };
    } finally {
      this.#watchers.delete(changes);
    }
  }

  async cancel(id: string): Promise<JobRecord> {
    return await this.#ask(id, 'cancel', 'cancelled');
  }

  async pause(id: string): Promise<JobRecord> {
    return await this.#ask(id, 'pause', 'paused');
  }

  async resume(id: string): Promise<JobRecord> {
    const entry = await this.#find(id);
    refuseEnded(entry.record);
    if (entry.record.state === 'paused') await this.#change(entry, { state: 'queued' });
    else if (entry.record.request === 'pause') await this.#change(entry, { request: undefined });
    this.offerAgain();
    return entry.record;
  }

  async forget(id: string): Promise<void> {
    const entry = await this.#find(id);
    const { state } = entry.record;
    if (!isFinal(state))
      throw TesseraError.expected('TESSERA_JOB_STATE', `job ${id}`, 'a job that has ended', state);
    await entry.saving.catch(() => undefined);
    const folder = join(this.#root, id);
    // Without its record, which goes first, it is no job.
    await coded(folder, async () => {
      await rm(join(folder, RECORD), { force: true });
      await rm(join(folder, INPUT), { force: true });
      // What it made stays.
      await rmdir(folder).catch(() => undefined);
    });
    this.#entries.delete(id);
    for (const changes of this.#watchers) changes.set(id, undefined);
  }

  async take(
    _owner: string,
    signal: AbortSignal,
    offer: (job: JobRecord) => Answer = () => 'take',
  ): Promise<OwnedJob> {
    for (;;) {
      if (signal.aborted) throw new TesseraError('TESSERA_CANCELLED', 'No longer taking jobs');
      const entry = this.#next(offer);
      if (entry !== undefined) return await this.#give(entry);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#takers.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#takers.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  offerAgain(): void {
    for (const wake of [...this.#takers]) wake();
  }

  #next(offer: (job: JobRecord) => Answer): Entry | undefined {
    const waiting = [...this.#entries.values()]
      .filter(({ record, owned }) => record.state === 'queued' && owned === undefined)
      .filter(({ record }) => !this.#arriving.has(record.id))
      .sort(
        ({ record: a }, { record: b }) => b.priority - a.priority || (a.submitted < b.submitted ? -1 : 1),
      );
    for (const entry of waiting) {
      const answer = offer(entry.record);
      if (answer === 'take') return entry;
      if (answer === 'wait') return undefined;
    }
    return undefined;
  }

  async #give(entry: Entry): Promise<OwnedJob> {
    const owned = new FolderJob({
      record: () => entry.record,
      input: () => readFile(join(this.#root, entry.record.id, INPUT)),
      end: (changes) => {
        entry.owned = undefined;
        return this.#change(entry, changes).finally(() => this.offerAgain());
      },
    });
    entry.owned = owned;
    // What a full disk keeps from being written is so all the same, and done again after a restart.
    await this.#change(entry, { state: 'running', fence: entry.record.fence + 1 }).catch(() => undefined);
    return owned;
  }

  async #ask(id: string, request: 'cancel' | 'pause', state: 'cancelled' | 'paused'): Promise<JobRecord> {
    const entry = await this.#find(id);
    if (entry.record.state === state) return entry.record;
    refuseEnded(entry.record);
    if (entry.owned === undefined) await this.#change(entry, { state, request: undefined });
    else if (entry.record.request !== 'cancel') {
      await this.#change(entry, { request });
      entry.owned?.ask(request);
    }
    return entry.record;
  }

  /** Changes what is told at once; resolves when it is on disk. */
  async #change(entry: Entry, changes: JobChanges): Promise<void> {
    const record = plain({ ...entry.record, ...changes }) as JobRecord;
    entry.record = { ...record, updated: new Date().toISOString() };
    this.#tell(entry.record);
    const path = join(this.#root, record.id, RECORD);
    const save = () => coded(path, () => writeWhole(path, encodeJobRecord(entry.record)));
    const saving = entry.saving.then(save, save);
    entry.saving = saving;
    await saving;
  }

  #tell(record: JobRecord): void {
    for (const changes of this.#watchers) changes.set(record.id, record);
  }

  async #find(id: string): Promise<Entry> {
    await this.#arriving.get(id);
    const entry = this.#entries.get(id);
    if (entry === undefined) throw TesseraError.expected('TESSERA_JOB_UNKNOWN', 'id', 'the id of a job', id);
    return entry;
  }

  async #takeUp(name: string): Promise<void> {
    const path = join(this.#root, name, RECORD);
    if ((await stat(path).catch(() => undefined)) === undefined) return;
    try {
      const record = decodeJobRecord(await readFile(path));
      if (record.id !== name)
        throw TesseraError.expected('TESSERA_BAD_STATE', path, `job ${name}`, record.id);
      const entry: Entry = { record, owned: undefined, saving: Promise.resolve() };
      this.#entries.set(name, entry);
      if (record.state === 'running') await this.#change(entry, { state: 'queued' });
    } catch {
      this.#entries.delete(name);
      this.damaged.push(name);
    }
  }
}

/** As it will be read again. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function refuseEnded({ id, state }: JobRecord): void {
  if (isFinal(state))
    throw TesseraError.expected('TESSERA_JOB_STATE', `job ${id}`, 'a job that has not ended', state);
}
