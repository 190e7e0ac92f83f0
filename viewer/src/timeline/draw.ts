import { type Colour, css } from '../canvas/colours.js';
import type { Lane } from './spans.js';

/** Height of a lane, rem; as in timeline.css. */
export const LANE = 1.6;

/** Levels, the finest first, then decoding: violet to rose, and green. */
const LEVELS: readonly Colour[] = [
  [124, 92, 214, 255],
  [190, 84, 160, 255],
  [232, 128, 150, 255],
  [240, 178, 150, 255],
];
const DECODING: Colour = [70, 160, 120, 255];

/** Colour of work on a level; undefined is decoding. */
export function levelColour(level: number | undefined): string {
  return css(level === undefined ? DECODING : LEVELS[Math.min(level, LEVELS.length - 1)]!);
}

/**
 * Draws what nodes did between two moments: a lane a node, bars for batches, the ground where it waited. A bar is at least a third of
 * a pixel wide, so that much short work looks busy and not solid.
 */
export function drawLanes(
  context: CanvasRenderingContext2D,
  lanes: readonly Lane[],
  { from, to }: { readonly from: number; readonly to: number },
  { width, lane, ground }: { readonly width: number; readonly lane: number; readonly ground: string },
): void {
  const scale = width / Math.max(1, to - from);
  for (const [number, { spans }] of lanes.entries()) {
    const top = number * lane + lane * 0.2;
    context.fillStyle = ground;
    context.fillRect(0, top, width, lane * 0.6);
    for (const span of spans) {
      context.fillStyle = levelColour(span.level);
      context.fillRect(
        (span.from - from) * scale,
        top,
        Math.max(0.34, (span.to - span.from) * scale),
        lane * 0.6,
      );
    }
  }
}
