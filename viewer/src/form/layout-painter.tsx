import { useSignal } from '@preact/signals';
import { css, nodeColour } from '../canvas/colours.js';

type Drawing = readonly (readonly (string | null)[])[];

interface LayoutPainterProps {
  readonly tissues: readonly string[];
  readonly drawing: Drawing;
  readonly onChange: (drawing: Drawing) => void;
}

/** A coarse map of tissues, painted by pointer, or by arrow keys and Space. It is stretched over the picture. */
export function LayoutPainter({ tissues, drawing, onChange }: LayoutPainterProps) {
  const brush = useSignal<string | null>(tissues[0] ?? null);
  const columns = drawing[0]!.length;
  const paint = (row: number, column: number) => {
    if (drawing[row]![column] !== brush.value)
      onChange(drawing.with(row, drawing[row]!.with(column, brush.value)));
  };
  const onPointer = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    const cell = document.elementFromPoint(event.clientX, event.clientY) as HTMLElement | null;
    const place = cell?.dataset.cell?.split(',').map(Number);
    if (place !== undefined) paint(place[0]!, place[1]!);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const place = (event.target as HTMLElement).dataset.cell?.split(',').map(Number);
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (place === undefined || move === undefined) return;
    event.preventDefault();
    const next = `${place[0]! + move[0]!},${place[1]! + move[1]!}`;
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-cell="${next}"]`)?.focus();
  };
  return (
    <div class="painter">
      <fieldset class="sizes" aria-label="Brush">
        {[...tissues, null].map((tissue) => (
          <button
            type="button"
            class="button"
            key={tissue}
            aria-pressed={brush.value === tissue}
            onClick={() => {
              brush.value = tissue;
            }}
          >
            <i class="swatch" style={{ background: colourOf(tissues, tissue) }} />
            {tissue ?? 'seed'}
          </button>
        ))}
      </fieldset>
      <fieldset
        class="cells"
        aria-label="Layout"
        style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}
        onPointerDown={onPointer}
        onPointerMove={onPointer}
        onKeyDown={onKeyDown}
      >
        {drawing.map((cells, row) =>
          cells.map((tissue, column) => (
            <button
              type="button"
              key={`${row},${column}`}
              data-cell={`${row},${column}`}
              // One stop for Tab; arrows do the rest.
              tabIndex={row === 0 && column === 0 ? 0 : -1}
              aria-label={`Row ${row + 1}, column ${column + 1}: ${tissue ?? 'seed'}`}
              style={{ background: colourOf(tissues, tissue) }}
              onClick={() => paint(row, column)}
            />
          )),
        )}
      </fieldset>
    </div>
  );
}

function colourOf(tissues: readonly string[], tissue: string | null): string {
  return tissue === null ? 'var(--sunk)' : css(nodeColour(tissues.indexOf(tissue)));
}
