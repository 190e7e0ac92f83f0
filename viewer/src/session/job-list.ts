import { signal } from '@preact/signals';
import type { JobView } from '@tessera/coordinator/schema/job.js';
import { EventFeed } from '../api/event-feed.js';
import { address, get } from '../api/http.js';
import { keepConnected } from '../api/keep-connected.js';
import { noteLink } from './link-state.js';

interface Page {
  readonly jobs: readonly JobView[];
  readonly nextPageToken: string;
}

const PAGE_SIZE = 100;

/** Jobs known so far, newest first. */
export const jobs = signal<readonly JobView[]>([]);

/** Whether the coordinator has older ones than are known. */
export const moreJobs = signal(false);

let nextPage = '';
let loading: Promise<void> | undefined;

/** Keeps the list in step with the coordinator until `signal` aborts. */
export function followJobs(stop: AbortSignal): void {
  keepConnected(
    async ({ onLive, onLost }, signal) => {
      // Listened to first, read then: nothing falls between the two.
      const feed = new EventFeed(
        address('v1/events'),
        { job: (job: JobView) => noteJob(job) },
        { onOpen: () => readFirst(signal).then(onLive, onLost), onLost },
      );
      signal.addEventListener('abort', () => feed.close());
    },
    (live) => noteLink('list', live),
    stop,
  );
}

/** Puts a job into the list, or what has changed of it. */
export function noteJob(job: JobView): void {
  const known = jobs.value;
  const at = known.findIndex(({ id }) => id === job.id);
  if (at >= 0) jobs.value = known.with(at, job);
  // Older than all that is known: it comes with its page.
  else if (!moreJobs.value || job.submittedAt >= (known.at(-1)?.submittedAt ?? 0))
    jobs.value = [job, ...known].sort((a, b) => b.submittedAt - a.submittedAt);
}

/** Reads the next page of older jobs, if there is one and none is under way. */
export function loadMore(): Promise<void> {
  if (nextPage === '' || loading !== undefined) return loading ?? Promise.resolve();
  loading = get<Page>(`v1/jobs?pageSize=${PAGE_SIZE}&pageToken=${encodeURIComponent(nextPage)}`)
    .then((page) => take(page, jobs.value))
    .catch(() => undefined)
    .finally(() => {
      loading = undefined;
    });
  return loading;
}

async function readFirst(signal: AbortSignal): Promise<void> {
  take(await get<Page>(`v1/jobs?pageSize=${PAGE_SIZE}`, signal), []);
}

function take(page: Page, before: readonly JobView[]): void {
  const seen = new Set(before.map(({ id }) => id));
  jobs.value = [...before, ...page.jobs.filter(({ id }) => !seen.has(id))];
  nextPage = page.nextPageToken;
  moreJobs.value = nextPage !== '';
}
