import type { JobRecord } from '@tessera/farm';
import type { Job, ListRequest, ListResponse } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';

const USUAL_PAGE = 100;
const LARGEST_PAGE = 1000;

/** Submission of the last job shown, ms since 1970, and its id. */
const TOKEN = /^(?:(\d{1,15})\.([A-Za-z0-9_-]{1,64}))?$/;

/**
 * One page of jobs, newest first. The token is the last job shown, so that jobs which come in between shift nothing. `view`
 * gives a job as the protocol shows it. Throws TESSERA_BAD_ARGUMENT.
 */
export function listPage(
  records: readonly JobRecord[],
  { pageSize, pageToken, states }: ListRequest,
  view: (record: JobRecord) => Job,
): ListResponse {
  if (pageSize > LARGEST_PAGE)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'page_size', `at most ${LARGEST_PAGE}`, pageSize);
  const token = TOKEN.exec(pageToken);
  if (token === null)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'page_token', 'one of an earlier answer', pageToken);
  const [, time, id = ''] = token;
  const size = pageSize === 0 ? USUAL_PAGE : pageSize;
  const rest = records
    .filter((record) => time === undefined || newestFirst({ time: Number(time), id }, placeOf(record)) < 0)
    .map((record) => ({ place: placeOf(record), job: view(record) }))
    .filter(({ job }) => states.length === 0 || states.includes(job.state))
    .sort((a, b) => newestFirst(a.place, b.place));
  const page = rest.slice(0, size);
  const last = page.at(-1)?.place;
  return {
    jobs: page.map(({ job }) => job),
    nextPageToken: rest.length > size ? `${last!.time}.${last!.id}` : '',
  };
}

interface Place {
  readonly time: number;
  readonly id: string;
}

function placeOf({ submitted, id }: JobRecord): Place {
  return { time: Date.parse(submitted) || 0, id };
}

function newestFirst(a: Place, b: Place): number {
  return b.time - a.time || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}
