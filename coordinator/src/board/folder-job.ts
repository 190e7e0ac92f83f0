import type { JobRecord, Outcome, OwnedJob } from '@tessera/farm';

/** What is written over in a record; undefined takes a field out. */
export type JobChanges = { readonly [Field in keyof JobRecord]?: JobRecord[Field] | undefined };

/** What a job needs of the folder it is in. */
export interface JobInFolder {
  record(): JobRecord;
  input(): Promise<Uint8Array>;
  /** Gives it up with these changes. */
  end(changes: JobChanges): Promise<void>;
}

/** A job of a folder that this process has to itself: it is lost to nobody. */
export class FolderJob implements OwnedJob {
  readonly exclusive = true;
  readonly lost: AbortSignal = new AbortController().signal;
  readonly #folder: JobInFolder;
  readonly #listeners = new Set<(request: 'cancel' | 'pause') => void>();
  #told: Partial<Pick<JobRecord, 'progress' | 'status'>> = {};
  #ended = false;

  constructor(folder: JobInFolder) {
    this.#folder = folder;
  }

  get record(): JobRecord {
    return this.#folder.record();
  }

  get fence(): number {
    return this.record.fence;
  }

  get valid(): boolean {
    return !this.#ended;
  }

  get request(): 'cancel' | 'pause' | undefined {
    return this.record.request;
  }

  /** Tells the owner what is asked of it. */
  ask(request: 'cancel' | 'pause'): void {
    for (const listener of [...this.#listeners]) listener(request);
  }

  onRequest(listener: (request: 'cancel' | 'pause') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** It is sure at any time: nobody is called. */
  onConfirmed(): () => void {
    return () => {};
  }

  input(): Promise<Uint8Array> {
    return this.#folder.input();
  }

  setProgress(done: number, total: number): void {
    this.#told = { ...this.#told, progress: { done, total } };
  }

  setStatus(status: unknown): void {
    this.#told = { ...this.#told, status };
  }

  async confirm(): Promise<void> {}

  finish(outcome: Outcome): Promise<void> {
    return this.#end({ ...outcome, request: undefined });
  }

  pause(): Promise<void> {
    return this.#end({ state: 'paused', request: undefined });
  }

  requeue(): Promise<void> {
    return this.#end({ state: 'queued' });
  }

  async #end(changes: JobChanges): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#folder.end({ ...changes, ...this.#told });
  }
}
