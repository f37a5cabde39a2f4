import { NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Block, PartBlock } from '../../src/api/contract-message.ts';
import { useVoice } from '../ui/voice.tsx';
import { FilledFields } from './FilledFields.tsx';
import { ListField } from './ListField.tsx';
import { CardField, ComponentField, type Used } from './ComponentField.tsx';
import { ColumnFields, type Columns, LinkFields, type Links, PoolField } from './InnerFields.tsx';
import { isKey } from '../words/words.ts';
import { fields, withField, withWord, wordIn, type Field } from './edit.ts';

/** In which language words are written, and which is the template's own. */
export interface Tongue {
  language: string;
  own: string;
}

/** The form of one block. */
export function BlockFields<B extends Block | PartBlock>(props: {
  block: B;
  tongue: Tongue;
  /** A field that stands elsewhere. */
  without?: string;
  onChange: (block: B) => void;
}) {
  const { block, tongue, without, onChange } = props;
  if (block.kind === 'component')
    return (
      <div className="block-fields">
        <ComponentField value={block} tongue={tongue} onChange={(used) => onChange({ ...block, ...used })} />
      </div>
    );
  return (
    <div className="block-fields">
      {fields[block.kind]
        .filter(({ name }) => name !== without)
        .map((field) =>
          field.as === 'filled' && block.kind === 'products' ? (
            <FilledFields key={field.name} block={block} onChange={(filled) => onChange(filled as B)} />
          ) : (
            <FieldInput
              key={field.name}
              field={field}
              value={(block as Record<string, unknown>)[field.name]}
              tongue={tongue}
              onChange={(value) => onChange(withField(block, field.name, value))}
            />
          ),
        )}
    </div>
  );
}

interface InputProps {
  field: Field;
  value: unknown;
  tongue: Tongue;
  onChange: (value: unknown) => void;
}

function FieldInput({ field, value, tongue, onChange }: InputProps) {
  const { say } = useVoice();
  const key = `messages.field.${field.name}`;
  const label = isKey(key) ? say(key) : field.name;
  if (field.as === 'words' || field.as === 'long') {
    return <WordsInput label={label} value={value} isLong={field.as === 'long'} tongue={tongue} onChange={onChange} />;
  }
  if (field.as === 'switch') {
    const isOn = value === undefined ? field.name === 'line' || field.name === 'stack' : value === true;
    return <Switch label={label} checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />;
  }
  if (field.as === 'number') {
    return (
      <NumberInput
        label={label}
        value={typeof value === 'number' ? value : ''}
        min={field.least}
        max={field.most}
        allowDecimal={false}
        onChange={(given) => onChange(typeof given === 'number' ? given : undefined)}
      />
    );
  }
  if (field.as === 'choice') {
    const named = (one: string) => {
      const word = `messages.choice.${one}`;
      return isKey(word) ? say(word) : one;
    };
    return (
      <Select
        label={label}
        value={typeof value === 'string' ? value : field.of[0]!}
        data={field.of.map((one) => ({ value: one, label: named(one) }))}
        allowDeselect={false}
        onChange={(given) => onChange(given ?? undefined)}
      />
    );
  }
  if (field.as === 'columns') return <ColumnFields value={value as Columns} tongue={tongue} onChange={onChange} />;
  if (field.as === 'links') return <LinkFields value={value as Links} onChange={onChange} />;
  if (field.as === 'list') return <ListField label={label} value={value} onChange={onChange} />;
  if (field.as === 'card')
    return <CardField label={label} value={value as Used | undefined} tongue={tongue} onChange={onChange} />;
  if (field.as === 'pool') return <PoolField label={label} value={value} onChange={onChange} />;
  const text = typeof value === 'string' ? value : '';
  if (field.as === 'text') {
    return (
      <Textarea
        label={label}
        classNames={{ input: 'code' }}
        value={text}
        autosize
        minRows={3}
        maxRows={16}
        spellCheck={false}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      label={label}
      classNames={{ input: 'code' }}
      value={text}
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Words in the language that is being written; what stands in for them where there are none yet shows through. */
export function WordsInput(props: {
  label: string;
  value: unknown;
  isLong?: boolean;
  tongue: Tongue;
  onChange: (value: unknown) => void;
}) {
  const { label, isLong, tongue, onChange } = props;
  const words = props.value as string | Record<string, string> | undefined;
  const value = wordIn(words, tongue.language, tongue.own);
  const rest = {
    label: `${label} (${tongue.language})`,
    value,
    placeholder: tongue.language === tongue.own ? '' : wordIn(words, tongue.own, tongue.own),
  };
  const change = (said: string) => onChange(withWord(words, said, tongue) ?? (isLong ? '' : undefined));
  return isLong ? (
    <Textarea {...rest} autosize minRows={2} maxRows={12} onChange={(event) => change(event.currentTarget.value)} />
  ) : (
    <TextInput {...rest} onChange={(event) => change(event.currentTarget.value)} />
  );
}

/** A part of the document as it is written; taken over as soon as it can be read. */
export function JsonInput({ label, value, onChange }: Pick<InputProps, 'value' | 'onChange'> & { label: string }) {
  const { say } = useVoice();
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const [isWrong, setWrong] = useState(false);
  return (
    <Textarea
      label={label}
      classNames={{ input: 'code' }}
      value={text}
      autosize
      minRows={4}
      maxRows={24}
      spellCheck={false}
      error={isWrong ? say('action.fault.json') : undefined}
      onChange={(event) => {
        const written = event.currentTarget.value;
        setText(written);
        try {
          onChange(JSON.parse(written));
          setWrong(false);
        } catch {
          setWrong(true);
        }
      }}
    />
  );
}
