import type { ComponentChildren } from 'preact';
import { type FieldName, type FieldSchema, labelOf } from './schema.js';

interface SchemaFieldProps {
  readonly name: FieldName;
  readonly schema: FieldSchema;
  readonly value: string | boolean | undefined;
  /** What is wrong with it. */
  readonly wrong: string | undefined;
  /** What is taken if nothing is entered. */
  readonly fallback?: string | undefined;
  readonly onChange: (value: string | boolean) => void;
}

/** A control for a field of the request, of the kind its schema asks for. */
export function SchemaField({ name, schema, value, wrong, fallback, onChange }: SchemaFieldProps) {
  const id = `field-${name}`;
  const aria = {
    id,
    name,
    'aria-invalid': wrong !== undefined,
    'aria-describedby': `${id}-hint`,
  } as const;
  const described = <Described id={id} hint={hintOf(schema)} wrong={wrong} />;
  if (schema.type === 'boolean')
    return (
      <div class="field tick">
        <input
          {...aria}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <label for={id}>{labelOf(name)}</label>
        {described}
      </div>
    );
  if (schema.enum !== undefined)
    return (
      <Labelled id={id} name={labelOf(name)} described={described}>
        <select {...aria} value={`${value ?? ''}`} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{fallback === undefined ? 'As the model has it' : `${fallback} (usual)`}</option>
          {schema.enum.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      </Labelled>
    );
  const number = schema.type === 'integer' || schema.type === 'number';
  return (
    <Labelled id={id} name={labelOf(name)} described={described}>
      <input
        {...aria}
        // Not `number`: what is no number would not be told to us, and a wheel would change it.
        type="text"
        inputMode={schema.type === 'integer' ? 'numeric' : number ? 'decimal' : 'text'}
        autocomplete="off"
        spellcheck={false}
        placeholder={fallback ?? ''}
        value={`${value ?? ''}`}
        onInput={(event) => onChange(event.currentTarget.value.trim())}
      />
    </Labelled>
  );
}

function Labelled(props: {
  id: string;
  name: string;
  described: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <div class="field">
      <label for={props.id}>{props.name}</label>
      {props.children}
      {props.described}
    </div>
  );
}

/** The hint of a field, or what is wrong with it. */
export function Described(props: { id: string; hint: string | undefined; wrong: string | undefined }) {
  return (
    <div id={`${props.id}-hint`} class={props.wrong === undefined ? 'hint' : 'wrong'}>
      {props.wrong ?? props.hint}
    </div>
  );
}

function hintOf({ description, minimum, maximum }: FieldSchema): string | undefined {
  const range =
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum.toLocaleString('en')}`
      : undefined;
  return [description, range].filter((part) => part !== undefined).join(', ') || undefined;
}
