import type { BundleView } from '@tessera/coordinator/schema/bundle.js';
import { enter, values } from './form-state.js';
import { Described } from './schema-field.js';

const SIZES = [1024, 2048, 4096, 8192];

interface SizeFieldsProps {
  readonly bundle: BundleView | undefined;
  readonly wrongOf: (name: string) => string | undefined;
}

/** The one thing that has to be said of a picture. */
export function SizeFields({ bundle, wrongOf }: SizeFieldsProps) {
  return (
    <>
      <div class="pair size">
        <Side name="width" wrong={wrongOf('width')} />
        <Side name="height" wrong={wrongOf('height')} />
      </div>
      <fieldset class="sizes" aria-label="Usual sizes">
        {SIZES.map((side) => (
          <button
            type="button"
            class="button"
            key={side}
            aria-pressed={values.value.width === `${side}` && values.value.height === `${side}`}
            onClick={() => {
              enter('width', `${side}`);
              enter('height', `${side}`);
            }}
          >
            {side}²
          </button>
        ))}
      </fieldset>
      <p class="field">
        <span class="hint">{spoken(bundle)}</span>
      </p>
    </>
  );
}

function Side({ name, wrong }: { readonly name: 'width' | 'height'; readonly wrong: string | undefined }) {
  const id = `field-${name}`;
  return (
    <div class="field">
      <label for={id}>{name === 'width' ? 'Width, px' : 'Height, px'}</label>
      <input
        id={id}
        name={name}
        type="text"
        inputMode="numeric"
        autocomplete="off"
        required
        aria-invalid={wrong !== undefined}
        aria-describedby={`${id}-hint`}
        value={`${values.value[name] ?? ''}`}
        onInput={(event) => enter(name, event.currentTarget.value.trim())}
      />
      <Described id={id} hint={undefined} wrong={wrong} />
    </div>
  );
}

/** The size in millimetres of tissue, where the model has a scale. */
function spoken(bundle: BundleView | undefined): string {
  const { width, height, power } = values.value;
  const magnification =
    bundle?.magnifications.find((one) => `${one.power}` === power) ?? bundle?.magnifications[0];
  const [across, down] = [Number(width), Number(height)];
  if (magnification === undefined || !(across > 0) || !(down > 0)) return ' ';
  const millimetres = (pixels: number) =>
    Number(((pixels * magnification.micrometersPerPixel) / 1000).toPrecision(3));
  const at = magnification.power === undefined ? '' : ` at ${magnification.power}×`;
  return `${millimetres(across)} × ${millimetres(down)} mm${at}`;
}
