import type { Shown } from '../link/view-link.js';
import { nodeColour, stepColour } from './colours.js';
import type { LevelState } from './level-state.js';

/** Where the picture lies on the screen: CSS px of its corner, and CSS px for each of its pixels. */
export interface Lying {
  readonly left: number;
  readonly top: number;
  readonly zoom: number;
}

/** Tiles closer together than this on the screen have no lines, CSS px. */
const CLOSEST_LINES = 7;

/**
 * Draws over the picture: steps of cells or nodes of tiles as colours, and the lattice of tiles. Colours are kept as small bitmaps, a
 * pixel a cell, that are made again only when the level has changed.
 */
export class Marks {
  readonly #bitmap = document.createElement('canvas');
  #made: { level: LevelState; version: number; tint: string } | undefined;

  /** Draws onto a canvas whose context is scaled to CSS px, over `width` x `height` of them. */
  draw(
    context: CanvasRenderingContext2D,
    level: LevelState,
    picture: { width: number; height: number },
    lying: Lying,
    { tint, grid }: Pick<Shown, 'tint' | 'grid'>,
    screen: { width: number; height: number },
  ): void {
    context.save();
    context.beginPath();
    context.rect(lying.left, lying.top, picture.width * lying.zoom, picture.height * lying.zoom);
    context.clip();
    if (tint !== 'none') this.#tint(context, level, lying, tint);
    if (grid) lines(context, level, lying, screen);
    context.restore();
  }

  #tint(context: CanvasRenderingContext2D, level: LevelState, lying: Lying, tint: 'steps' | 'nodes'): void {
    const { shape, spans } = level;
    this.#make(level, tint);
    context.imageSmoothingEnabled = false;
    const [side, from] = tint === 'steps' ? [shape.cell, 0] : [shape.stride, (shape.tile - shape.stride) / 2];
    const scale = spans * lying.zoom;
    context.drawImage(
      this.#bitmap,
      lying.left + from * scale,
      lying.top + from * scale,
      this.#bitmap.width * side * scale,
      this.#bitmap.height * side * scale,
    );
  }

  #make(level: LevelState, tint: 'steps' | 'nodes'): void {
    const made = this.#made;
    if (made?.level === level && made.version === level.version && made.tint === tint) return;
    this.#made = { level, version: level.version, tint };
    const { shape, cellSteps, lastNode } = level;
    const values = tint === 'steps' ? cellSteps : lastNode;
    const colours = palette(
      tint === 'steps'
        ? Array.from({ length: shape.steps + 1 }, (_, step) => stepColour(step / shape.steps))
        : Array.from({ length: Math.max(1, ...lastNode) + 1 }, (_, n) =>
            n === 0 ? [0, 0, 0, 0] : nodeColour(n - 1, 120),
          ),
    );
    this.#bitmap.width = tint === 'steps' ? shape.cellColumns : shape.columns;
    this.#bitmap.height = tint === 'steps' ? shape.cellRows : shape.rows;
    const image = new ImageData(this.#bitmap.width, this.#bitmap.height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colours[values[i]!] ?? 0;
    this.#bitmap.getContext('2d')!.putImageData(image, 0, 0);
  }
}

/** Colours as the words of an ImageData, whichever way the machine turns its bytes. */
function palette(colours: readonly (readonly number[])[]): Uint32Array {
  return new Uint32Array(Uint8ClampedArray.from(colours.flat()).buffer);
}

/** Outlines of the tiles in sight; neighbours overlap, so that each has its own edge. */
function lines(
  context: CanvasRenderingContext2D,
  { shape, spans }: LevelState,
  { left, top, zoom }: Lying,
  screen: { width: number; height: number },
): void {
  const scale = spans * zoom;
  const step = shape.stride * scale;
  if (step < CLOSEST_LINES) return;
  const side = shape.tile * scale;
  const span = (origin: number, count: number, length: number) => ({
    first: Math.max(0, Math.floor((-origin - side) / step)),
    end: Math.min(count, Math.ceil((length - origin) / step)),
  });
  const [across, down] = [span(left, shape.columns, screen.width), span(top, shape.rows, screen.height)];
  const width = shape.columns * step + side - step;
  const height = shape.rows * step + side - step;
  context.beginPath();
  for (let column = across.first; column < across.end; column++)
    for (const x of [left + column * step, left + column * step + side]) {
      context.moveTo(Math.round(x) + 0.5, Math.max(top, 0));
      context.lineTo(Math.round(x) + 0.5, Math.min(top + height, screen.height));
    }
  for (let row = down.first; row < down.end; row++)
    for (const y of [top + row * step, top + row * step + side]) {
      context.moveTo(Math.max(left, 0), Math.round(y) + 0.5);
      context.lineTo(Math.min(left + width, screen.width), Math.round(y) + 0.5);
    }
  // Light in dark, so that lines show on any picture.
  context.lineWidth = 3;
  context.strokeStyle = 'rgb(20 16 40 / 0.35)';
  context.stroke();
  context.lineWidth = 1;
  context.strokeStyle = 'rgb(255 255 255 / 0.85)';
  context.stroke();
}
