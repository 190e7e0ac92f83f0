import type { Job, ListRequest } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';
import type { BoardJob } from './board-job.js';

const USUAL_PAGE = 100;
const LARGEST_PAGE = 1000;

/**
 * One page of jobs, newest first. The token is the number of the last job shown, so that jobs which come in between shift
 * nothing. Throws TESSERA_BAD_ARGUMENT.
 */
export function listPage(
  jobs: readonly BoardJob[],
  { pageSize, pageToken, states }: ListRequest,
): { jobs: Job[]; nextPageToken: string } {
  if (pageSize > LARGEST_PAGE)
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'page_size', `at most ${LARGEST_PAGE}`, pageSize);
  if (!/^\d{0,15}$/.test(pageToken))
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'page_token', 'one of an earlier answer', pageToken);
  const before = pageToken === '' ? Number.POSITIVE_INFINITY : Number(pageToken);
  const size = pageSize === 0 ? USUAL_PAGE : pageSize;
  const rest = jobs
    .filter(({ record }) => record.number < before)
    .filter(({ state }) => states.length === 0 || states.includes(state))
    .sort((a, b) => b.record.number - a.record.number);
  const page = rest.slice(0, size);
  return {
    jobs: page.map(({ view }) => view),
    nextPageToken: rest.length > size ? String(page.at(-1)!.record.number) : '',
  };
}
