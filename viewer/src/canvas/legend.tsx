import { shown } from '../session/view.js';
import type { WatchedJob } from '../session/watched-job.js';
import { css, nodeColour, STEP_GRADIENT } from './colours.js';
import { shownLevel } from './shown-level.js';

/** What the colours mean. */
export function Legend({ watched }: { readonly watched: WatchedJob }) {
  // Read, so that nodes which join are listed.
  void watched.revision.value;
  const { tint } = shown.value;
  const level = shownLevel(watched, shown.value);
  if (tint === 'none' || level === undefined) return null;
  if (tint === 'nodes')
    return (
      <ul class="float legend" aria-label="Nodes">
        {watched.nodes.map((name, number) => (
          <li key={name}>
            <i class="swatch" style={{ background: css(nodeColour(number)) }} />
            {name}
          </li>
        ))}
        {watched.nodes.length === 0 && <li>No node is known of this picture</li>}
      </ul>
    );
  return (
    <div class="float legend">
      <div>Steps made{level.shape.power === undefined ? '' : ` at ${level.shape.power}×`}</div>
      <div class="ramp" style={{ background: STEP_GRADIENT }} />
      <div class="ends">
        <span>0</span>
        <span>{level.shape.steps}, then clear</span>
      </div>
    </div>
  );
}
