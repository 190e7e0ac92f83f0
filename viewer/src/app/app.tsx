import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Stage } from '../canvas/stage.js';
import { SubmitForm } from '../form/submit-form.js';
import { JobList } from '../jobs/job-list.js';
import { followKeys } from '../keys/shortcuts.js';
import { ShortcutsDialog } from '../keys/shortcuts-dialog.js';
import { progressOf } from '../session/job-state.js';
import { pane, watched } from '../session/view.js';
import { Timeline } from '../timeline/timeline.js';
import { Announcer } from './announcer.js';
import { Bar } from './bar.js';
import { percent } from './format.js';
import { Mark } from './icons.js';
import { JobHead } from './job-head.js';

const PANES = [
  ['picture', 'Picture'],
  ['new', 'New'],
  ['jobs', 'Pictures'],
] as const;

/** The page. */
export function App() {
  const help = useRef<HTMLDialogElement>(null);
  const job = watched.value;
  useEffect(() => followKeys(() => help.current?.showModal()), []);
  useSignalEffect(() => {
    const now = watched.value?.job.value;
    const size = now && `${now.width} × ${now.height} · Tessera`;
    document.title = !now
      ? 'Tessera'
      : now.state === 'running'
        ? `${percent(progressOf(now))} · ${size}`
        : size!;
  });
  return (
    <div class="frame" data-pane={pane.value}>
      <Bar onHelp={() => help.current?.showModal()} />
      <main class="whole">
        <div class="side">
          <SubmitForm />
          <JobList />
        </div>
        <section class="stage-area" aria-label="Picture">
          {job ? (
            <>
              <JobHead watched={job} />
              <Stage watched={job} key={job.id} />
              <Timeline watched={job} />
            </>
          ) : (
            <Welcome />
          )}
        </section>
      </main>
      <nav class="tabs" aria-label="Parts of the page">
        {PANES.map(([name, text]) => (
          <button
            type="button"
            key={name}
            aria-current={pane.value === name}
            onClick={() => {
              pane.value = name;
            }}
          >
            {text}
          </button>
        ))}
      </nav>
      <Announcer />
      <ShortcutsDialog at={help} />
    </div>
  );
}

function Welcome() {
  return (
    <div class="stage" style={{ gridRow: '1 / -1' }}>
      <div class="empty">
        <Mark />
        <h2>A picture larger than its model can see</h2>
        <p>Enter a size and press Render. It appears here, coarse first, and sharpens step by step.</p>
      </div>
    </div>
  );
}
