import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { lookAt, place, shown } from '../session/view.js';
import type { WatchedJob } from '../session/watched-job.js';
import { currentView as view } from './current-view.js';
import { Legend } from './legend.js';
import { Marks } from './marks.js';
import { noteUpdate } from './note-update.js';
import { PictureView } from './picture-view.js';
import { scaleBar } from './scale-bar.js';
import { shownLevel } from './shown-level.js';
import { Tools } from './tools.js';

/** The picture with what lies over it. */
export function Stage({ watched }: { readonly watched: WatchedJob }) {
  const element = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const open = useSignal(false);

  useEffect(() => {
    const marks = new Marks();
    let frame = 0;
    const draw = () => {
      frame = 0;
      const lying = view.value?.lying;
      const job = watched.job.peek();
      const level = shownLevel(watched, shown.peek());
      const context = fit(canvas.current);
      if (!context || !lying || !job || !level) return;
      const { clientWidth: width, clientHeight: height } = canvas.current!;
      marks.draw(context, level, job, lying, shown.peek(), { width, height });
    };
    const ask = () => {
      frame ||= requestAnimationFrame(draw);
    };
    const picture = new PictureView({
      element: element.current!,
      onFrame: () => {
        const now = picture.place;
        if (now !== undefined && !same(now, place.peek())) place.value = now;
        ask();
      },
      onShown: (at) => noteUpdate('shown', at),
    });
    view.value = picture;
    watched.onNews = (news) => picture.renew(news.filter(({ level }) => concerns(level)));
    const redraw = watched.revision.subscribe(ask);
    const toggled = shown.subscribe(ask);
    return () => {
      redraw();
      toggled();
      cancelAnimationFrame(frame);
      view.value = undefined;
      watched.onNews = () => {};
      picture.close();
    };
  }, [watched]);

  // A job shows something once a run of it has begun here; then it stays open, whatever becomes of it.
  useSignalEffect(() => {
    const state = watched.job.value?.state;
    if (state === 'done' || (state === 'running' && watched.hasLevels.value)) open.value = true;
  });
  const layer = useComputed(() => `${shown.value.level}/${shown.value.difference}`);
  useSignalEffect(() => {
    void layer.value;
    const job = watched.job.peek();
    if (open.value && view.value && job) view.value.open(job, shown.peek(), place.peek());
  });
  useSignalEffect(() => {
    const made = watched.job.value?.state === 'done';
    if (view.value) view.value.made = made;
  });
  // A link may ask for what was not kept.
  useSignalEffect(() => {
    if (watched.job.value?.state === 'done' && watched.hasLevels.value === false)
      shown.value = { ...shown.value, level: undefined, difference: false };
  });
  useSignalEffect(() => {
    if (lookAt.value) view.value?.look(lookAt.value);
  });

  return (
    <div class="stage">
      <div class="picture" ref={element} />
      <canvas class="marks" ref={canvas} style={{ width: '100%', height: '100%' }} />
      {open.value ? (
        <>
          <Tools watched={watched} />
          <Legend watched={watched} />
          <Scale watched={watched} />
          <Where watched={watched} />
        </>
      ) : (
        <Waiting watched={watched} />
      )}
    </div>
  );
}

/** Whether what is shown changes with a level. */
function concerns(level: number | undefined): boolean {
  return level === undefined || shown.peek().level === undefined || shown.peek().level === level;
}

function same(a: { x: number; y: number; zoom: number }, b: typeof a | undefined): boolean {
  return b !== undefined && Math.abs(a.x - b.x) < 0.01 && Math.abs(a.y - b.y) < 0.01 && a.zoom === b.zoom;
}

/** Makes a canvas as fine as the screen and empty. */
function fit(canvas: HTMLCanvasElement | null): CanvasRenderingContext2D | null {
  const context = canvas?.getContext('2d') ?? null;
  if (!canvas || !context) return null;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

function Waiting({ watched }: { readonly watched: WatchedJob }) {
  const job = watched.job.value;
  const texts = {
    queued: 'The picture waits for its turn.',
    paused: 'The picture is paused. It shows again when it goes on.',
    failed: job?.error?.message ?? 'The picture failed.',
    cancelled: 'The picture was cancelled.',
    running: 'The picture begins.',
    done: '',
  };
  return (
    <div class="empty">
      <p>{watched.problem.value ?? (job ? texts[job.state] : 'Reading the job …')}</p>
    </div>
  );
}

function Scale({ watched }: { readonly watched: WatchedJob }) {
  const zoom = place.value?.zoom;
  const meters = (watched.job.value?.levels[0]?.micrometersPerPixel ?? 0) * 1e-6;
  if (zoom === undefined) return null;
  const { width, text } = scaleBar(meters || undefined, zoom, 140);
  return (
    <div class="float scale">
      <span class="unseen">Scale bar: </span>
      {text}
      <div class="bar-line" style={{ width: `${width}px` }} />
    </div>
  );
}

function Where({ watched }: { readonly watched: WatchedJob }) {
  const finest = watched.job.value?.levels[0];
  if (place.value === undefined) return null;
  const { x, y, zoom } = place.value;
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  return (
    <div class="float where">
      <b title="Magnification of an objective that would show it so">
        {finest?.power === undefined
          ? `${Math.round(zoom * 100)} %`
          : `${Number((finest.power * zoom).toPrecision(3))}×`}
      </b>
      {finest && <span>{Number((finest.micrometersPerPixel / zoom).toPrecision(3))} µm/px</span>}
      <span class="place">
        x {whole(x)} y {whole(y)}
      </span>
    </div>
  );
}
