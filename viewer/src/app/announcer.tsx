import { useComputed } from '@preact/signals';
import { progressOf, STATE_TEXT } from '../session/job-state.js';
import { connected } from '../session/link-state.js';
import { watched } from '../session/view.js';

/** Says to screen readers how the picture comes on: every tenth of it, and every change of state. */
export function Announcer() {
  const text = useComputed(() => {
    if (!connected.value) return 'The coordinator does not answer. Trying again.';
    const job = watched.value?.job.value;
    if (job === undefined) return '';
    const tenths = Math.floor(progressOf(job) * 10) * 10;
    return job.state === 'running' ? `Rendering, ${tenths} percent` : `Picture: ${STATE_TEXT[job.state]}`;
  });
  return (
    <p class="unseen" role="status" aria-live="polite">
      {text}
    </p>
  );
}
