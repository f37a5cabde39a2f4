import { Autocomplete, Checkbox, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useRef } from 'react';
import { FieldPicker } from './FieldPicker.tsx';
import { JsonField, LengthField, MapField } from './Odd.tsx';
import type { FieldProps } from './Fields.tsx';
import { useChoiceWord, useFieldWords, useForm, useWhere } from './form.ts';
import { shapeOf, wordsOf } from './schema.ts';

const order: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];

/** Texts that are more than a name. */
const longNames: ReadonlySet<string> = new Set(['description', 'note']);

/** A field that holds one value. */
export function Leaf(props: FieldProps) {
  const { schema, value, place, optional, onChange } = props;
  const words = useFieldWords(place);
  const word = useChoiceWord(place);
  const { known: all, closed = [] } = useForm();
  const known = all[shapeOf(schema) === 'place' ? 'place' : String(place.at(-1))];
  const put = (next: unknown) => onChange(next, place);
  const text = (next: string) => put(next === '' && optional ? undefined : next);
  const shown = { ...words, inputWrapperOrder: order };
  const shape = shapeOf(schema) === 'text' && longNames.has(String(place.at(-1))) ? 'long' : shapeOf(schema);
  switch (shape) {
    case 'duration':
      return <LengthField {...props} />;
    case 'map':
      return <MapField {...props} />;
    case 'json':
      return <JsonField {...props} />;
    case 'flag': {
      const usual = schema.default === true;
      const turn = (isOn: boolean) => put(isOn === usual ? undefined : isOn);
      return (
        <Checkbox
          {...words}
          checked={typeof value === 'boolean' ? value : usual}
          onChange={(event) => turn(event.currentTarget.checked)}
        />
      );
    }
    case 'choice':
      return (
        <Select
          {...shown}
          value={typeof value === 'string' ? value : null}
          data={wordsOf(schema).map((one) => ({ value: one, label: word(one) }))}
          placeholder={optional ? word('usual') : ''}
          clearable={optional}
          allowDeselect={false}
          onChange={(next) => put(next ?? undefined)}
        />
      );
    case 'place':
      return (
        <Select
          {...shown}
          value={typeof value === 'string' ? value : null}
          data={[...(known ?? [])]}
          placeholder={optional ? word('usual') : ''}
          clearable={optional}
          allowDeselect={false}
          searchable
          onChange={(next) => put(next ?? undefined)}
        />
      );
    case 'share':
      return (
        <NumberInput
          {...shown}
          value={typeof value === 'number' ? Math.round(value * 10_000) / 100 : ''}
          min={0}
          max={100}
          suffix=" %"
          onChange={(next) => put(next === '' ? (optional ? undefined : 0) : Number(next) / 100)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...shown}
          value={typeof value === 'number' ? value : ''}
          {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
          {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
          allowDecimal={schema.type === 'number'}
          onChange={(next) => put(next === '' ? (optional ? undefined : (schema.minimum ?? 0)) : Number(next))}
        />
      );
    case 'numbers':
    case 'texts':
      return <Several {...props} />;
    case 'time':
      return (
        <TextInput
          {...shown}
          type="time"
          value={String(value ?? '')}
          onChange={(event) => text(event.currentTarget.value)}
        />
      );
    case 'expression':
      return <ExpressionField value={String(value ?? '')} shown={shown} onChange={text} />;
    case 'long':
      return (
        <Textarea
          {...shown}
          value={String(value ?? '')}
          autosize
          minRows={1}
          maxRows={8}
          spellCheck={false}
          onChange={(event) => text(event.currentTarget.value)}
        />
      );
    default:
      if (known && closed.includes(String(place.at(-1))))
        return (
          <Select
            {...shown}
            value={typeof value === 'string' && value !== '' ? value : null}
            data={[...known]}
            placeholder={optional ? word('usual') : ''}
            clearable={optional}
            allowDeselect={false}
            searchable
            onChange={(next) => put(next ?? undefined)}
          />
        );
      return known ? (
        <Autocomplete
          {...shown}
          value={String(value ?? '')}
          data={known.map((one) => one.value)}
          limit={40}
          onChange={text}
        />
      ) : (
        <TextInput {...shown} value={String(value ?? '')} onChange={(event) => text(event.currentTarget.value)} />
      );
  }
}

type Shown = ReturnType<typeof useFieldWords> & { inputWrapperOrder: typeof order };

/** An expression, and fields to put where the cursor stands. */
function ExpressionField({
  value,
  shown,
  onChange,
}: {
  value: string;
  shown: Shown;
  onChange: (next: string) => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  /** What was marked when somebody was last in the field; the end where nobody was. */
  const marked = useRef<[number, number] | null>(null);
  const pick = (path: string) => {
    const [from, to] = marked.current ?? [value.length, value.length];
    onChange(`${value.slice(0, from)}${path}${value.slice(to)}`);
    const at = from + path.length;
    // After the value has come back into the field.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at, at);
    });
  };
  return (
    <div className="expression-field">
      <Textarea
        {...shown}
        ref={field}
        value={value}
        autosize
        minRows={1}
        maxRows={8}
        spellCheck={false}
        classNames={{ input: 'code' }}
        onChange={(event) => onChange(event.currentTarget.value)}
        onBlur={({ currentTarget: { selectionStart, selectionEnd } }) => {
          marked.current = [selectionStart, selectionEnd];
        }}
      />
      <FieldPicker onPick={pick} />
    </div>
  );
}

/** Several texts or numbers in one field. */
function Several({ schema, value, place, optional, onChange }: FieldProps) {
  const words = useFieldWords(place);
  const { known, faults } = useForm();
  const at = useWhere(place);
  const all = Array.isArray(value) ? value.map(String) : [];
  const isNumbers = shapeOf(schema) === 'numbers';
  const fault = all.map((_, nth) => faults.get(`${at}[${nth}]`)).find((one) => one !== undefined);
  const put = (next: string[]) => {
    const values = isNumbers ? next.map(Number).filter(Number.isFinite) : next;
    onChange(values.length === 0 && optional ? undefined : values, place);
  };
  return (
    <TagsInput
      {...words}
      {...(fault === undefined ? {} : { error: fault })}
      inputWrapperOrder={order}
      value={all}
      data={[...(known[String(place.at(-1))] ?? [])].map(({ value: one }) => one)}
      acceptValueOnBlur
      onChange={put}
    />
  );
}
