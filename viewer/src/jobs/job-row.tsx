import type { JobView } from '@tessera/coordinator/schema/job.js';
import { ago, count, percent } from '../app/format.js';
import { progressOf, STATE_TEXT } from '../session/job-state.js';
import { choose } from '../session/view.js';

interface JobRowProps {
  readonly job: JobView;
  /** Its place in the list, from 0. */
  readonly row: number;
  /** Length of the list; -1 if that is not known. */
  readonly of: number;
  /** Px from the top of the list. */
  readonly top: number;
  readonly current: boolean;
}

/** A job in the list: a link to it, so that it opens in another tab too. */
export function JobRow({ job, row, of, top, current }: JobRowProps) {
  const { id, state, width, height, seed, submittedAt } = job;
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    choose(id);
  };
  return (
    <li class="job" style={{ transform: `translateY(${top}px)` }} aria-setsize={of} aria-posinset={row + 1}>
      <a href={`#job=${encodeURIComponent(id)}`} data-row={row} aria-current={current} onClick={open}>
        <span class="title">
          {count(width)} × {count(height)}
        </span>
        <span class="state" data-state={state}>
          {STATE_TEXT[state]}
          {state === 'running' && ` ${percent(progressOf(job))}`}
        </span>
        <span class="about">seed {seed}</span>
        <span class="when">{ago(submittedAt, Date.now())}</span>
      </a>
    </li>
  );
}
