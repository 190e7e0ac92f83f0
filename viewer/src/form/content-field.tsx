import type { BundleView } from '@tessera/coordinator/schema/bundle.js';
import type { Content } from '@tessera/coordinator/schema/submit-job.js';
import { LayoutPainter } from './layout-painter.js';
import { ReferenceImage } from './reference-image.js';
import { Described } from './schema-field.js';

/** What a picture starts from, as chosen; `drawing` and `like` may be empty yet. */
export type Chosen =
  | { readonly kind: 'seed' }
  | { readonly kind: 'tissue'; readonly tissue: string }
  | { readonly kind: 'drawing'; readonly drawing: readonly (readonly (string | null)[])[] }
  | { readonly kind: 'like'; readonly like: string | undefined };

/** Rows and columns of a drawing. */
const SIDE = 8;

/** As the API takes it; undefined is the seed alone. */
export function contentOf(chosen: Chosen): Content | undefined {
  if (chosen.kind === 'tissue') return { tissue: chosen.tissue };
  if (chosen.kind === 'drawing') return { drawing: chosen.drawing.map((row) => [...row]) };
  if (chosen.kind === 'like') return { like: chosen.like ?? '' };
  return undefined;
}

interface ContentFieldProps {
  readonly bundle: BundleView | undefined;
  readonly chosen: Chosen;
  readonly wrong: string | undefined;
  readonly onChange: (chosen: Chosen) => void;
}

/** From the seed alone, of one tissue, of a drawn layout, or like an image. */
export function ContentField({ bundle, chosen, wrong, onChange }: ContentFieldProps) {
  const tissues = bundle?.tissues ?? [];
  const choose = (value: string) => {
    if (value.startsWith('tissue:')) onChange({ kind: 'tissue', tissue: value.slice('tissue:'.length) });
    else if (value === 'drawing') onChange({ kind: 'drawing', drawing: empty() });
    else if (value === 'like') onChange({ kind: 'like', like: undefined });
    else onChange({ kind: 'seed' });
  };
  return (
    <div class="field">
      <label for="field-content">What it shows</label>
      <select
        id="field-content"
        value={chosen.kind === 'tissue' ? `tissue:${chosen.tissue}` : chosen.kind}
        aria-invalid={wrong !== undefined}
        aria-describedby="field-content-hint"
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="seed">What the seed brings</option>
        {tissues.map((tissue) => (
          <option key={tissue} value={`tissue:${tissue}`}>
            Tissue: {tissue}
          </option>
        ))}
        {tissues.length > 0 && <option value="drawing">A layout that I draw</option>}
        {bundle?.takesImages && <option value="like">More of what an image shows</option>}
      </select>
      <Described id="field-content" hint={undefined} wrong={wrong} />
      {chosen.kind === 'drawing' && (
        <LayoutPainter
          tissues={tissues}
          drawing={chosen.drawing}
          onChange={(drawing) => onChange({ kind: 'drawing', drawing })}
        />
      )}
      {chosen.kind === 'like' && <ReferenceImage onChange={(like) => onChange({ kind: 'like', like })} />}
    </div>
  );
}

function empty(): null[][] {
  return Array.from({ length: SIDE }, () => Array<null>(SIDE).fill(null));
}
