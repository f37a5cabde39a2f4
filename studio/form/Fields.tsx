import { ActionIcon, Button, Checkbox, Select } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useVoice } from '../ui/voice.tsx';
import { Leaf } from './Leaf.tsx';
import { useChoiceWord, useFieldWords } from './form.ts';
import {
  type Place,
  type Raw,
  type Schema,
  asKind,
  blankOf,
  isRaw,
  kindOf,
  shapeOf,
  withPart,
  wordsOf,
} from './schema.ts';
import './form.css';

interface FieldsProps {
  schema: Schema;
  value: Raw;
  place: Place;
  onChange: (value: Raw, place: Place) => void;
  /** Only these, in this order; absent: all. */
  names?: readonly string[];
  /** Those behind “More”. */
  more?: readonly string[];
}

/** A form of a part of a document, made from its schema: a field for each name. */
export function Fields({ schema, value, place, onChange, names, more = [] }: FieldsProps) {
  const { say } = useVoice();
  const all = (names ?? Object.keys(schema.properties ?? {})).filter((name) => isAsked(schema, name));
  const draw = (name: string) => (
    <Field
      key={name}
      schema={schema.properties![name]!}
      value={value[name]}
      place={[...place, name]}
      optional={schema.required?.includes(name) !== true}
      onChange={(part, at) => onChange(withPart(value, name, part), at)}
    />
  );
  const behind = all.filter((name) => more.includes(name));
  const count = behind.filter((name) => value[name] !== undefined).length;
  return (
    <div className="form-fields">
      {all.filter((name) => !more.includes(name)).map(draw)}
      {behind.length > 0 && (
        <details className="more">
          <summary>{count > 0 ? say('form.moreSet', { count }) : say('form.more')}</summary>
          <div className="form-fields">{behind.map(draw)}</div>
        </details>
      )}
    </div>
  );
}

/** The kind of a thing is chosen elsewhere. */
const isAsked = (schema: Schema, name: string) =>
  schema.properties?.[name] !== undefined && name !== 'kind' && name !== '$schema';

export interface FieldProps {
  schema: Schema;
  value: unknown;
  place: Place;
  optional: boolean;
  /** `undefined`: it is left out. */
  onChange: (value: unknown, place: Place) => void;
}

/** One field, or a group of them. */
export function Field(props: FieldProps) {
  switch (shapeOf(props.schema)) {
    case 'group':
      return <Group {...props} />;
    case 'list':
      return <List {...props} />;
    case 'kinds':
      return <Kinds {...props} />;
    case 'orNone':
      return <OrNone {...props} />;
    default:
      return <Leaf {...props} />;
  }
}

/** What belongs together. One in which nothing must be said is always there; another is switched on. */
function Group({ schema, value, place, optional, onChange }: FieldProps) {
  const { label, description, error } = useFieldWords(place);
  const isFree = (schema.required ?? []).length === 0;
  const isOn = !optional || isFree || value !== undefined;
  const change = (next: Raw, at: Place) =>
    onChange(optional && isFree && Object.keys(next).length === 0 ? undefined : next, at);
  return (
    <fieldset className="form-group">
      {optional && !isFree ? (
        <Checkbox
          label={label}
          description={description}
          error={error}
          checked={isOn}
          onChange={(event) => onChange(event.currentTarget.checked ? blankOf(schema) : undefined, place)}
        />
      ) : (
        <>
          <legend>{label}</legend>
          {description && <p className="quiet">{description}</p>}
          {error && <p className="form-error">{error}</p>}
        </>
      )}
      {isOn && <Fields schema={schema} value={isRaw(value) ? value : {}} place={place} onChange={change} />}
    </fieldset>
  );
}

/** Several of the same form, one below the other. */
function List({ schema, value, place, optional, onChange }: FieldProps) {
  const { say } = useVoice();
  const { label, description, error } = useFieldWords(place);
  const items = schema.items ?? {};
  const all = Array.isArray(value) ? (value as Raw[]) : [];
  const put = (next: Raw[], at: Place) => onChange(next.length === 0 && optional ? undefined : next, at);
  return (
    <fieldset className="form-group">
      <legend>{label}</legend>
      {description && <p className="quiet">{description}</p>}
      {error && <p className="form-error">{error}</p>}
      {all.map((one, nth) => (
        <div className="form-one" key={nth}>
          <Each
            schema={items}
            value={one}
            place={[...place, nth]}
            onChange={(next, at) => put(all.with(nth, next), at)}
          />
          <ActionIcon
            variant="default"
            size={32}
            aria-label={say('form.takeOut', { name: `${label} ${nth + 1}` })}
            onClick={() => put(all.toSpliced(nth, 1), place)}
          >
            <IconTrash size={16} stroke={1.5} />
          </ActionIcon>
        </div>
      ))}
      <Button size="xs" variant="default" onClick={() => put([...all, oneMore(items, all.at(-1))], place)}>
        {say('form.oneMore')}
      </Button>
    </fieldset>
  );
}

function Each(props: { schema: Schema; value: Raw; place: Place; onChange: (value: Raw, place: Place) => void }) {
  const { schema, onChange } = props;
  if (!schema.anyOf) return <Fields {...props} />;
  return <Kinds {...props} optional={false} onChange={(next, at) => onChange(next as Raw, at)} />;
}

/** One more of a list; it leads where the one before it leads. */
function oneMore(items: Schema, before: Raw | undefined): Raw {
  const blank = blankOf(items) as Raw;
  const places = Object.keys(blank).filter((name) => shapeOf(items.properties?.[name] ?? {}) === 'place');
  return { ...blank, ...Object.fromEntries(places.map((name) => [name, before?.[name] ?? ''])) };
}

/** One of several kinds of thing: its kind, then its fields. */
export function Kinds(props: FieldProps & { more?: Readonly<Record<string, readonly string[]>> }) {
  const { schema, value, place, onChange, more } = props;
  const { label } = useFieldWords([...place, 'kind']);
  const word = useChoiceWord([...place, 'kind']);
  const chosen = kindOf(schema, value) ?? schema.anyOf![0]!;
  const raw = isRaw(value) ? value : {};
  const kind = String(chosen.properties?.['kind']?.const);
  return (
    <div className="form-fields">
      <Select
        label={label}
        value={kind}
        data={wordsOf(schema).map((one) => ({ value: one, label: word(one) }))}
        allowDeselect={false}
        onChange={(next) => onChange(asKind(kindOf(schema, { kind: next })!, raw), place)}
      />
      <Fields schema={chosen} value={raw} place={place} more={more?.[kind] ?? []} onChange={onChange} />
    </div>
  );
}

/** Left to the usual, said otherwise, or switched off. */
function OrNone({ schema, value, place, onChange }: FieldProps) {
  const { label, description, error } = useFieldWords(place);
  const word = useChoiceWord(place);
  const own = schema.anyOf!.find((way) => way.type !== 'null')!;
  const now = value === undefined ? 'usual' : value === null ? 'none' : 'own';
  const choose = (way: string | null) =>
    onChange(way === 'usual' ? undefined : way === 'none' ? null : startOf(own), place);
  return (
    <div className="form-group">
      <Select
        label={label}
        description={description}
        error={error}
        value={now}
        data={['usual', 'own', 'none'].map((way) => ({ value: way, label: word(way) }))}
        allowDeselect={false}
        onChange={choose}
      />
      {now === 'own' && <Fields schema={own} value={value as Raw} place={place} onChange={onChange} />}
    </div>
  );
}

/** Hours that begin as the usual ones. */
const startOf = (own: Schema): unknown =>
  own.properties?.['from'] && own.properties['to'] ? { from: '21:00', to: '08:00' } : blankOf(own);
