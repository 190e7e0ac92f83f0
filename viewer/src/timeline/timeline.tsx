import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { duration, percent } from '../app/format.js';
import { Icon } from '../app/icons.js';
import type { WatchedJob } from '../session/watched-job.js';
import { isDark } from '../theme/theme.js';
import { drawLanes, LANE } from './draw.js';

/** What each node did and when; gaps are where it waited. */
export function Timeline({ watched }: { readonly watched: WatchedJob }) {
  const open = useSignal(innerHeight > 560 && innerWidth > 760);
  const canvas = useRef<HTMLCanvasElement>(null);
  // Read, so that it is drawn again when there is something new.
  void watched.revision.value;
  const { activity } = watched;
  const { from, to } = activity.range;
  const lanes = open.value ? activity.lanes(from, to) : [];
  const seconds = (to - from) / 1000;

  useSignalEffect(() => {
    void watched.revision.value;
    void open.value;
    isDark();
    const frame = requestAnimationFrame(() => paint(canvas.current, watched));
    return () => cancelAnimationFrame(frame);
  });

  const onToggle = (event: Event) => {
    open.value = (event.currentTarget as HTMLDetailsElement).open;
  };
  return (
    <details class="lanes" open={open.value} onToggle={onToggle}>
      <summary>
        <span class="chevron">
          <Icon name="chevron" />
        </span>
        <b>Nodes at work</b>
        <span>{to > from ? `last ${duration(seconds)} known` : 'nothing yet'}</span>
      </summary>
      {lanes.length > 0 && (
        <div class="body">
          <ul class="names">
            {lanes.map(({ node, busy }) => (
              <li key={node}>
                <b title={node}>{node}</b>
                <span>
                  {percent(busy)}
                  <span class="unseen"> busy</span>
                </span>
              </li>
            ))}
          </ul>
          <canvas ref={canvas} style={{ height: `${lanes.length * LANE}rem` }} />
        </div>
      )}
    </details>
  );
}

function paint(canvas: HTMLCanvasElement | null, { activity }: WatchedJob): void {
  const context = canvas?.getContext('2d');
  if (!canvas || !context) return;
  const { from, to } = activity.range;
  const lanes = activity.lanes(from, to);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  context.scale(devicePixelRatio, devicePixelRatio);
  const ground = getComputedStyle(canvas).getPropertyValue('--sunk');
  drawLanes(context, lanes, { from, to }, { width, lane: height / Math.max(1, lanes.length), ground });
}
