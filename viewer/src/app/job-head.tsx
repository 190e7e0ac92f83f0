import { useSignal } from '@preact/signals';
import type { JobView } from '@tessera/coordinator/schema/job.js';
import { useRef } from 'preact/hooks';
import { get, post } from '../api/http.js';
import { isEnded, progressOf, STATE_TEXT } from '../session/job-state.js';
import type { WatchedJob } from '../session/watched-job.js';
import { count, duration, percent } from './format.js';
import { Icon } from './icons.js';

/** What is shown, how far it is, and what can be done with it. */
export function JobHead({ watched }: { readonly watched: WatchedJob }) {
  const job = watched.job.value;
  const problem = useSignal('');
  const asking = useRef<HTMLDialogElement>(null);
  if (job === undefined) return <div class="head" />;
  const { state } = job;

  const act = async (what: 'cancel' | 'pause' | 'resume') => {
    try {
      watched.take(await post<JobView>(`v1/jobs/${encodeURIComponent(job.id)}/${what}`));
      problem.value = '';
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  return (
    <div class="head">
      <div class="about">
        <div class="line">
          <h2>
            {count(job.width)} × {count(job.height)} px
          </h2>
          <span class="state" data-state={state}>
            {STATE_TEXT[state]}
          </span>
          <span class="figures">{figures(job)}</span>
        </div>
        <div class="progress" data-state={state}>
          <i style={{ transform: `scaleX(${progressOf(job)})` }} />
        </div>
        {(problem.value || (state === 'failed' && job.error)) && (
          <p class="refused" role="alert">
            {problem.value || job.error?.message}
          </p>
        )}
      </div>
      <div class="actions">
        {state === 'running' && <Act name="Pause" onClick={() => act('pause')} />}
        {state === 'paused' && <Act name="Resume" onClick={() => act('resume')} />}
        {!isEnded(state) && <Act name="Cancel" onClick={() => asking.current?.showModal()} />}
        <CopyLink />
        {state === 'done' && <Download id={job.id} />}
      </div>
      <dialog ref={asking} aria-labelledby="cancel-title">
        <h2 id="cancel-title">Cancel this picture?</h2>
        <p>What has been rendered of it is lost. A paused picture can go on later.</p>
        <form method="dialog" class="actions">
          <button class="button" type="submit">
            Keep rendering
          </button>
          <button class="button main" type="submit" onClick={() => act('cancel')}>
            Cancel the picture
          </button>
        </form>
      </dialog>
    </div>
  );
}

function figures(job: JobView): string {
  const { tileSteps, totalTileSteps, windows, totalWindows } = job.progress;
  const seed = `seed ${job.seed}`;
  if (job.state === 'done') {
    const { seconds: took } = (job.report ?? {}) as { seconds?: { total?: number } };
    const seconds = took?.total;
    return seconds === undefined ? seed : `${seed} · ${duration(seconds)}`;
  }
  if (isEnded(job.state) || job.state === 'queued') return seed;
  const work =
    tileSteps < totalTileSteps
      ? [tileSteps, totalTileSteps, 'tile steps']
      : [windows, totalWindows, 'windows decoded'];
  return `${percent(progressOf(job))} · ${count(work[0] as number)} of ${count(work[1] as number)} ${work[2]} · ${seed}`;
}

function Act({ name, onClick }: { readonly name: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="button" onClick={onClick}>
      {name}
    </button>
  );
}

function CopyLink() {
  const copied = useSignal(false);
  const copy = async () => {
    // Where the page is not on https or localhost there is no clipboard; the address bar has the link all the same.
    await navigator.clipboard?.writeText(location.href).catch(() => undefined);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 2000);
  };
  return (
    <button type="button" class="button" title="A link to this view" onClick={copy}>
      <Icon name="link" />
      <span aria-live="polite">{copied.value ? 'Copied' : 'Link'}</span>
    </button>
  );
}

/** The picture's file: its name depends on the format, so it is asked for. */
function Download({ id }: { readonly id: string }) {
  const start = async () => {
    const path = `v1/jobs/${encodeURIComponent(id)}/artifacts`;
    const { artifacts } = await get<{ artifacts: { name: string; href: string }[] }>(path);
    const picture = artifacts.find(({ name }) => name !== 'report.json');
    if (picture === undefined) return;
    const link = document.createElement('a');
    link.href = new URL(picture.href.replace(/^\//, ''), document.baseURI).href;
    link.download = '';
    link.click();
  };
  return (
    <button type="button" class="button main" onClick={() => void start()}>
      <Icon name="download" />
      Download
    </button>
  );
}
