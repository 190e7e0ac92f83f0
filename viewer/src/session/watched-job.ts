import { signal } from '@preact/signals';
import type { JobView } from '@tessera/coordinator/schema/job.js';
import type { Changed, Live, Span } from '@tessera/coordinator/schema/live.js';
import { EventFeed } from '../api/event-feed.js';
import { address, get } from '../api/http.js';
import { keepConnected } from '../api/keep-connected.js';
import { Problem } from '../api/problem.js';
import { LevelState, type Region } from '../canvas/level-state.js';
import { noteUpdate } from '../canvas/note-update.js';
import { Activity } from '../timeline/spans.js';
import { noteJob } from './job-list.js';
import { isEnded } from './job-state.js';
import { noteLink } from './link-state.js';

/** Where the picture shows something new: of one level, or everywhere. `at`: the coordinator's clock, ms. */
export interface News {
  readonly at: number;
  readonly level: number | undefined;
  readonly region: Region | undefined;
}

/** The job one looks at, as it happens: what it says of itself, its levels, and what its nodes did. */
export class WatchedJob {
  readonly job = signal<JobView | undefined>(undefined);
  /** Set when there is no such job. */
  readonly problem = signal<string | undefined>(undefined);
  /** Grows with every event that changes a level or the activity. */
  readonly revision = signal(0);
  /** Whether single levels can be seen: while the job runs here, and afterwards where they were kept. Undefined until known. */
  readonly hasLevels = signal<boolean | undefined>(undefined);
  /** Finest first. */
  levels: readonly LevelState[] = [];
  /** Names that the levels count nodes in. */
  readonly nodes: string[] = [];
  readonly activity = new Activity();
  /** Hears of everything new in the picture. */
  onNews: (news: readonly News[]) => void = () => {};
  readonly #stop = new AbortController();
  /** End of the newest batch known: spans come again after a lost connection. */
  #newestSpan = 0;

  constructor(readonly id: string) {
    keepConnected(
      (events, attempt) => this.#connect(events, attempt),
      (live) => noteLink('job', live),
      this.#stop.signal,
    );
  }

  close(): void {
    this.#stop.abort();
    noteLink('job', true);
  }

  async #connect({ onLive, onLost }: { onLive: () => void; onLost: () => void }, attempt: AbortSignal) {
    const path = `v1/jobs/${encodeURIComponent(this.id)}`;
    let job: JobView;
    try {
      job = await get<JobView>(path, attempt);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      this.problem.value = `There is no job ${this.id} here.`;
      this.#stop.abort();
      return;
    }
    this.take(job);
    const live = await get<Live>(`${path}/live`, attempt);
    this.#takeLive(live);
    this.onNews([{ at: live.at, level: undefined, region: undefined }]);
    onLive();
    if (isEnded(job.state)) return;
    const feed = new EventFeed(
      address(`${path}/events?lastEventId=${live.lastEventId}`),
      {
        job: (changed: JobView) => {
          this.take(changed);
          if (isEnded(changed.state)) feed.close();
        },
        changed: (changed: Changed) => this.#takeChanged(changed),
        spans: ({ spans }: { spans: readonly Span[] }) => this.#takeSpans(spans),
        reset: () => void get<Live>(`${path}/live`, attempt).then((fresh) => this.#takeLive(fresh), onLost),
      },
      { onLost },
    );
    attempt.addEventListener('abort', () => feed.close());
  }

  /** Takes over what the coordinator says of the job; an answer that was overtaken by an event changes nothing. */
  take(job: JobView): void {
    if (job.updatedAt < (this.job.value?.updatedAt ?? 0)) return;
    const before = this.job.value?.state;
    if (this.levels.length !== job.levels.length)
      this.levels = job.levels.map((shape) => new LevelState(shape, job.levels[0]!.scale));
    if (job.state === 'done') for (const level of this.levels) level.finish();
    this.job.value = job;
    // What is kept of a run shows the same as the run did at its end.
    if (job.state !== 'running' && job.state !== 'done') this.hasLevels.value = false;
    this.revision.value++;
    noteJob(job);
    // Another source of the picture from now on: the run, or the file.
    if (before !== undefined && before !== job.state)
      this.onNews([{ at: job.updatedAt, level: undefined, region: undefined }]);
  }

  #takeLive({ nodes, levels, spans }: Live): void {
    for (const [number, name] of nodes.entries()) this.nodes[number] = name;
    for (const level of levels) this.levels[level.index]?.read(level);
    this.hasLevels.value = levels.length > 0;
    this.#takeSpans(spans);
  }

  #takeChanged({ at, regions }: Changed): void {
    noteUpdate('heard', at);
    for (const region of regions) this.levels[region.level]?.advance(region, region.step);
    this.hasLevels.value = true;
    this.revision.value++;
    this.onNews(regions.map((region) => ({ at, level: region.level, region })));
  }

  #takeSpans(spans: readonly Span[]): void {
    let newest = this.#newestSpan;
    for (const { node, kind, level, tiles, startedAt, endedAt, failed } of spans) {
      if (endedAt <= this.#newestSpan) continue;
      newest = Math.max(newest, endedAt);
      this.activity.add({ node, level: kind === 'decode' ? undefined : level, from: startedAt, to: endedAt });
      if (kind === 'denoise' && !failed) this.levels[level]?.worked(tiles, this.#numberOf(node));
    }
    this.#newestSpan = newest;
    this.revision.value++;
  }

  #numberOf(node: string): number {
    const known = this.nodes.indexOf(node);
    return known >= 0 ? known : this.nodes.push(node) - 1;
  }
}
