import { effect, signal } from '@preact/signals';
import { type Place, readLink, type Shown, writeLink } from '../link/view-link.js';
import { WatchedJob } from './watched-job.js';

const start = readLink(location.hash);

/** What the picture is shown with. */
export const shown = signal<Shown>(start.shown);

/** Where one looks; undefined until the picture is there. */
export const place = signal<Place | undefined>(start.place);

/** The job one looks at. */
export const watched = signal<WatchedJob | undefined>(start.job ? new WatchedJob(start.job) : undefined);

/** What a narrow screen shows. */
export const pane = signal<'picture' | 'new' | 'jobs'>(start.job ? 'picture' : 'new');

/** Asks the canvas to look elsewhere. Set by the canvas. */
export const lookAt = signal<Place | undefined>(undefined);

/** Shows another job, from its whole. */
export function choose(id: string): void {
  pane.value = 'picture';
  if (watched.value?.id === id) return;
  watched.value?.close();
  place.value = undefined;
  shown.value = { ...shown.value, level: undefined };
  watched.value = new WatchedJob(id);
}

/** Keeps the address in step with the view, and the view with an address that somebody enters. */
export function followAddress(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = location.hash;
  effect(() => {
    const link = writeLink({ job: watched.value?.id, place: place.value, shown: shown.value });
    clearTimeout(timer);
    timer = setTimeout(() => {
      written = link === '' ? '' : `#${link}`;
      if (location.hash !== written) history.replaceState(null, '', written || location.pathname);
    }, 200);
  });
  window.addEventListener('hashchange', () => {
    if (location.hash === written) return;
    const link = readLink(location.hash);
    if (link.job !== undefined) choose(link.job);
    shown.value = link.shown;
    if (link.place !== undefined) {
      place.value = link.place;
      lookAt.value = link.place;
    }
  });
}
