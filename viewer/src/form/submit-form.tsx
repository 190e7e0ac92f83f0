import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { BundleView } from '@tessera/coordinator/schema/bundle.js';
import { useEffect, useRef } from 'preact/hooks';
import { bundles, readBundles } from '../session/bundles.js';
import { connected } from '../session/link-state.js';
import { ContentField } from './content-field.js';
import { chosen, enter, refusal, sending, submit, values } from './form-state.js';
import { type FieldName, type FieldSchema, readFields } from './schema.js';
import { SchemaField } from './schema-field.js';
import { SizeFields } from './size-fields.js';

/** Fields that have a place of their own. */
const OWN_PLACE: ReadonlySet<FieldName> = new Set(['width', 'height', 'bundle', 'content', 'power']);

/** Asks for a picture. Its fields are those of the API's own description. */
export function SubmitForm() {
  const fields = useSignal<ReadonlyMap<FieldName, FieldSchema>>(new Map());
  const form = useRef<HTMLFormElement>(null);
  const bundle = useComputed(
    () => bundles.value.find(({ digest }) => digest === values.value.bundle) ?? bundles.value[0],
  );
  // Again when the coordinator is back: it may be another one.
  useSignalEffect(() => {
    if (!connected.value) return;
    readFields().then(
      (read) => {
        fields.value = read;
      },
      () => undefined,
    );
    readBundles().catch(() => undefined);
  });
  useEffect(() => {
    // A field in the closed part could not be seen.
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    wrong?.closest('details')?.setAttribute('open', '');
    wrong?.focus();
  }, [refusal.value]);

  const wrongOf = (name: string) =>
    refusal.value?.fields.get(name) ??
    [...(refusal.value?.fields ?? [])].find(([field]) => field.startsWith(`${name}.`))?.[1];
  const unplaced =
    refusal.value !== undefined &&
    ![...refusal.value.fields.keys()].some((field) => fields.value.has(field.split('.')[0] as FieldName));
  const field = (name: FieldName, schema: FieldSchema) => (
    <SchemaField
      key={name}
      name={name}
      schema={schema}
      value={values.value[name]}
      wrong={wrongOf(name)}
      fallback={fallbackOf(name, schema, bundle.value)}
      onChange={(value) => enter(name, value)}
    />
  );
  return (
    <section class="new" aria-labelledby="new-title">
      <h2 id="new-title" class="unseen">
        New picture
      </h2>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // Who presses Render before the description of the API is here waits for it.
          void submit(fields.value.size > 0 ? fields.value : readFields());
        }}
      >
        <div class="fields">
          <SizeFields bundle={bundle.value} wrongOf={wrongOf} />
          <details class="more">
            <summary>Model, tissue and settings</summary>
            <div class="fields-inside">
              <BundleField chosen={bundle.value} wrong={wrongOf('bundle')} />
              <ContentField
                bundle={bundle.value}
                chosen={chosen.value}
                wrong={wrongOf('content')}
                onChange={(now) => {
                  chosen.value = now;
                }}
              />
              <PowerField bundle={bundle.value} wrong={wrongOf('power')} />
              {[...fields.value]
                .filter(([name]) => !OWN_PLACE.has(name))
                .map(([name, schema]) => field(name, schema))}
            </div>
          </details>
        </div>
        <div class="submit">
          {unplaced && (
            <p class="refused" role="alert">
              {refusal.value!.message}
            </p>
          )}
          <button type="submit" class="button main" disabled={sending.value}>
            {sending.value ? 'Asking …' : 'Render'}
          </button>
        </div>
      </form>
    </section>
  );
}

function BundleField({
  chosen,
  wrong,
}: {
  readonly chosen: BundleView | undefined;
  readonly wrong: string | undefined;
}) {
  return (
    <div class="field">
      <label for="field-bundle">Model</label>
      <select
        id="field-bundle"
        value={chosen?.digest ?? ''}
        aria-describedby="field-bundle-hint"
        onChange={(event) => enter('bundle', event.currentTarget.value)}
      >
        {bundles.value.map(({ digest, name, version }) => (
          <option key={digest} value={digest}>
            {name} {version}
          </option>
        ))}
      </select>
      <div id="field-bundle-hint" class={wrong ? 'wrong' : 'hint'}>
        {wrong ?? chosen?.description}
      </div>
    </div>
  );
}

function PowerField({
  bundle,
  wrong,
}: {
  readonly bundle: BundleView | undefined;
  readonly wrong: string | undefined;
}) {
  const powers =
    bundle?.magnifications.flatMap(({ power, micrometersPerPixel }) =>
      power === undefined ? [] : [{ power, micrometersPerPixel }],
    ) ?? [];
  if (powers.length === 0) return null;
  return (
    <div class="field">
      <label for="field-power">Magnification</label>
      <select
        id="field-power"
        value={`${values.value.power ?? ''}`}
        aria-describedby="field-power-hint"
        onChange={(event) => enter('power', event.currentTarget.value)}
      >
        <option value="">The finest</option>
        {powers.map(({ power, micrometersPerPixel }) => (
          <option key={power} value={power}>
            {power}× ({micrometersPerPixel} µm/px)
          </option>
        ))}
      </select>
      <div id="field-power-hint" class="wrong">
        {wrong}
      </div>
    </div>
  );
}

/** What is taken if a field is left empty: the bundle's own default, else the API's. */
function fallbackOf(
  name: FieldName,
  schema: FieldSchema,
  bundle: BundleView | undefined,
): string | undefined {
  const own = bundle?.defaults[name as keyof BundleView['defaults']];
  const value = own ?? schema.default;
  if (value === undefined) return name === 'seed' ? 'drawn by lot' : undefined;
  return `${value}`;
}
