import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { jobs, loadMore, moreJobs } from '../session/job-list.js';
import { watched } from '../session/view.js';
import { JobRow } from './job-row.js';
import { visibleRows } from './visible-rows.js';

/** All jobs, newest first. Only the rows in sight are there, so that thousands scroll as ten do. */
export function JobList() {
  const box = useRef<HTMLDivElement>(null);
  const sight = useSignal({ scrolled: 0, shown: 0, height: 50 });
  const focus = useSignal<number | undefined>(undefined);

  useEffect(() => {
    const measure = () => {
      const { scrollTop, clientHeight } = box.current!;
      const height = 3.6 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      sight.value = { scrolled: scrollTop, shown: clientHeight, height };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    box.current!.addEventListener('scroll', measure, { passive: true });
    measure();
    return () => observer.disconnect();
  }, []);

  const { scrolled, shown, height } = sight.value;
  const list = jobs.value;
  const { first, end } = visibleRows(list.length, height, scrolled, shown);
  useSignalEffect(() => {
    const { scrolled, shown, height } = sight.value;
    if (moreJobs.value && scrolled + 3 * shown > jobs.value.length * height) void loadMore();
  });
  useEffect(() => {
    if (focus.value === undefined) return;
    box.current?.querySelector<HTMLElement>(`[data-row="${focus.value}"]`)?.focus();
    focus.value = undefined;
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const row = Number((event.target as HTMLElement).dataset.row);
    const to = { ArrowDown: row + 1, ArrowUp: row - 1, Home: 0, End: list.length - 1 }[event.key];
    if (to === undefined || Number.isNaN(row) || to < 0 || to >= list.length) return;
    event.preventDefault();
    event.stopPropagation();
    const { clientHeight, scrollTop } = box.current!;
    const top = Math.min(to * height, Math.max(scrollTop, (to + 1) * height - clientHeight));
    box.current!.scrollTop = top;
    sight.value = { ...sight.value, scrolled: top };
    focus.value = to;
  };

  return (
    <section class="jobs" aria-labelledby="jobs-title">
      <header>
        <h2 id="jobs-title">Pictures</h2>
        <span>
          {list.length}
          {moreJobs.value ? '+' : ''}
        </span>
      </header>
      <div class="scroll" ref={box}>
        {list.length === 0 && <p class="none">None yet.</p>}
        <ul class="rows" style={{ height: `${list.length * height}px` }} onKeyDown={onKeyDown}>
          {list.slice(first, end).map((job, i) => (
            <JobRow
              key={job.id}
              job={job}
              row={first + i}
              of={moreJobs.value ? -1 : list.length}
              top={(first + i) * height}
              current={watched.value?.id === job.id}
            />
          ))}
        </ul>
      </div>
    </section>
  );
}
