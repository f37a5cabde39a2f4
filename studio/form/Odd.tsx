import { ActionIcon, Button, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useVoice } from '../ui/voice.tsx';
import type { FieldProps } from './Fields.tsx';
import { useFieldWords, useForm, useWhere } from './form.ts';
import { durationOf, lengthOf, type Unit, units } from './length.ts';
import { isRaw } from './schema.ts';

/** Fields whose text is another than their value: what is typed stays, as long as it means the value. */

/** What is typed, until another value comes from outside, as by undoing. */
function useTyped<T>(value: unknown, write: () => T): [T, (typed: T, means: unknown) => void] {
  const meaning = JSON.stringify(value);
  const [state, setState] = useState({ typed: write(), meaning });
  const typed = state.meaning === meaning ? state.typed : write();
  if (state.meaning !== meaning) setState({ typed, meaning });
  return [typed, (next, means) => setState({ typed: next, meaning: JSON.stringify(means) })];
}

/** A duration: so many of a unit; one of several units as the text it is. */
export function LengthField({ value, place, optional, onChange }: FieldProps) {
  const { say } = useVoice();
  const { error, description, label } = useFieldWords(place);
  const text = typeof value === 'string' ? value : '';
  const length = lengthOf(text);
  const [unit, setUnit] = useState<Unit>(length?.unit ?? 'H');
  const put = (next: string) => onChange(next === '' && optional ? undefined : next, place);
  if (text !== '' && !length) {
    return (
      <TextInput
        label={label}
        description={description ?? say('form.iso')}
        error={error}
        value={text}
        classNames={{ input: 'code' }}
        onChange={(event) => put(event.currentTarget.value)}
      />
    );
  }
  const chosen = length?.unit ?? unit;
  return (
    <div className="form-length">
      <NumberInput
        label={label}
        error={error}
        value={length?.amount ?? ''}
        min={0}
        onChange={(amount) => put(amount === '' ? '' : durationOf({ amount: Number(amount), unit: chosen }))}
      />
      <Select
        aria-label={say('form.unit', { name: label })}
        value={chosen}
        data={units.map((one) => ({ value: one, label: say(`unit.${one}`) }))}
        allowDeselect={false}
        onChange={(next) => {
          setUnit(next as Unit);
          if (length) put(durationOf({ amount: length.amount, unit: next as Unit }));
        }}
      />
      {description && <p className="quiet">{description}</p>}
    </div>
  );
}

/** JSON of any form. */
export function JsonField({ value, place, onChange }: FieldProps) {
  const { say } = useVoice();
  const { faults, onUnread } = useForm();
  const { error, ...words } = useFieldWords(place);
  const [typed, setTyped] = useTyped(value, () => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const isRead = readJson(typed) !== unread;
  const at = useWhere(place);
  useEffect(() => {
    onUnread(at, !isRead);
    return () => onUnread(at, false);
  }, [at, isRead, onUnread]);
  const within = [...faults].find(([where]) => where.startsWith(`${at}.`) || where.startsWith(`${at}[`))?.[1];
  return (
    <Textarea
      {...words}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      error={isRead ? (error ?? within) : say('form.noJson')}
      value={typed}
      autosize
      minRows={2}
      maxRows={14}
      spellCheck={false}
      classNames={{ input: 'code' }}
      onChange={(event) => {
        const next = readJson(event.currentTarget.value);
        setTyped(event.currentTarget.value, next === unread ? value : next);
        if (next !== unread) onChange(next, place);
      }}
    />
  );
}

const unread = Symbol('unread');

/** Undefined where nothing stands. */
function readJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return unread;
  }
}

type Row = readonly [name: string, value: string];

/** Texts by name, a row each. */
export function MapField({ value, place, optional, onChange }: FieldProps) {
  const { say } = useVoice();
  const { label, description, error } = useFieldWords(place);
  const { faults } = useForm();
  const at = useWhere(place);
  const [rows, setRows] = useTyped<readonly Row[]>(value, () =>
    Object.entries(isRaw(value) ? value : {}).map(([name, one]) => [name, String(one)] as const),
  );
  const put = (next: readonly Row[]) => {
    const named = Object.fromEntries(next.filter(([name]) => name.trim() !== ''));
    const means = next.length === 0 && optional ? undefined : named;
    setRows(next, means);
    onChange(means, place);
  };
  return (
    <fieldset className="form-group">
      <legend>{label}</legend>
      {description && <p className="quiet">{description}</p>}
      {error && <p className="form-error">{error}</p>}
      {rows.map(([name, text], nth) => (
        <div className="form-row" key={nth}>
          <TextInput
            aria-label={say('form.nameOf', { name: label, nth: nth + 1 })}
            placeholder={say('form.name')}
            value={name}
            onChange={(event) => put(rows.map((row, one) => (one === nth ? [event.currentTarget.value, text] : row)))}
          />
          <TextInput
            aria-label={say('form.valueOf', { name: label, nth: nth + 1 })}
            placeholder={say('form.value')}
            value={text}
            error={faults.get(`${at}.${name}`)}
            classNames={{ input: 'code' }}
            onChange={(event) => put(rows.map((row, one) => (one === nth ? [name, event.currentTarget.value] : row)))}
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label={say('form.takeOut', { name: `${label} ${nth + 1}` })}
            onClick={() => put(rows.filter((_, one) => one !== nth))}
          >
            <IconTrash size={16} stroke={1.5} />
          </ActionIcon>
        </div>
      ))}
      <Button size="xs" variant="default" onClick={() => put([...rows, ['', '']])}>
        {say('form.oneMore')}
      </Button>
    </fieldset>
  );
}
