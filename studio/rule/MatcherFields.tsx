import { Autocomplete, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import {
  type Matcher,
  againstOf,
  againsts,
  isPresence,
  lackOf,
  operationOf,
  operations,
  operationsFor,
  whenEmpties,
  whenEmptyOf,
  withAgainst,
  withOperation,
  withSource,
  withWhenEmpty,
} from './matcher.ts';
import { itemAttributes } from './query.ts';

interface Props {
  matcher: Matcher;
  onChange: (matcher: Matcher) => void;
}

/** A rule as fields: which attribute of the item, how it is compared, and with what. */
export function MatcherFields({ matcher, onChange }: Props) {
  const { say } = useVoice();
  const known = useQuery(itemAttributes).data?.attributes ?? [];
  const attribute = known.find(({ name }) => name === matcher.attribute);
  const shown = operationOf(matcher);
  const allowed = operationsFor(matcher, attribute?.kind);
  const wordOf = (operation: string) => {
    const key = `rule.operation.${operation}`;
    return isKey(key) ? say(key) : operation;
  };
  return (
    <div className="matcher">
      <Autocomplete
        label={say('rule.attribute')}
        value={matcher.attribute}
        data={known.map(({ name }) => name)}
        limit={50}
        renderOption={({ option: { value } }) => (
          <span className="matcher-option">
            {value} <span className="quiet">{attributeWord(value)}</span>
          </span>
        )}
        onChange={(name) => onChange({ ...matcher, attribute: name })}
      />
      <Select
        label={say('rule.operation')}
        value={shown}
        allowDeselect={false}
        data={allowed.map((value) => ({ value, label: wordOf(value) }))}
        onChange={(value) => {
          const found = operations.find((one) => one === value);
          if (found !== undefined) onChange(withOperation(matcher, found));
        }}
      />
      {!isPresence(matcher.operation) && (
        <Select
          label={say('rule.against')}
          value={againstOf(matcher)}
          allowDeselect={false}
          data={againsts
            .filter((one) => one !== 'values' || matcher.operation !== 'dynamicallyRanges')
            .map((value) => ({ value, label: say(`rule.against.${value}`) }))}
          onChange={(value) => {
            const found = againsts.find((one) => one === value);
            if (found !== undefined) onChange(withAgainst(matcher, found));
          }}
        />
      )}
      {!isPresence(matcher.operation) && <Against matcher={matcher} onChange={onChange} />}
    </div>
  );

  function attributeWord(name: string): string {
    const found = known.find((one) => one.name === name);
    const key = `rule.field.${name}`;
    const word = isKey(key) ? say(key) : '';
    return [word, found ? say('rule.itemsHave', { count: found.items }) : ''].filter(Boolean).join(' · ');
  }
}

function Against({ matcher, onChange }: Props) {
  const { say } = useVoice();
  const known = useQuery(itemAttributes).data?.attributes ?? [];
  const { source, values = [] } = matcher;
  const lack = lackOf(matcher);
  if (source === undefined) {
    const found = known.find(({ name }) => name === matcher.attribute);
    return (
      <TagsInput
        className="matcher-values"
        label={say('rule.values')}
        placeholder={values.length === 0 ? say('rule.valuesHint') : undefined}
        value={values.map(String)}
        data={found?.values.map(({ value }) => value) ?? []}
        limit={20}
        acceptValueOnBlur
        splitChars={['\n', '\t']}
        onChange={(next) => onChange({ ...matcher, values: next })}
      />
    );
  }
  const named = {
    label: say('rule.source'),
    value: source.name,
    error: lack === 'source' ? say('rule.lacks.source') : undefined,
    onChange: (name: string) => onChange(withSource(matcher, { name })),
  };
  return (
    <>
      {source.type === 'ENTITY' ? (
        <Autocomplete {...named} data={known.map(({ name }) => name)} limit={50} />
      ) : (
        <TextInput
          {...named}
          placeholder={source.type === 'PROFILE' ? 'favouriteBrand' : 'brand'}
          onChange={(event) => named.onChange(event.currentTarget.value)}
        />
      )}
      {matcher.operation === 'dynamicallyRanges' && <Range matcher={matcher} onChange={onChange} />}
      <Select
        label={say('rule.whenEmpty')}
        value={whenEmptyOf(matcher)}
        allowDeselect={false}
        data={whenEmpties.map((value) => ({ value, label: say(`rule.whenEmpty.${value}`) }))}
        onChange={(value) => {
          const found = whenEmpties.find((one) => one === value);
          if (found !== undefined) onChange(withWhenEmpty(matcher, found));
        }}
      />
      {source.defaultValue !== undefined && (
        <TextInput
          label={say('rule.default')}
          value={String(source.defaultValue)}
          error={lack === 'default' ? say('rule.lacks.default') : undefined}
          onChange={(event) => onChange(withSource(matcher, { defaultValue: event.currentTarget.value }))}
        />
      )}
    </>
  );
}

/** From how many to how many percent of what it is compared with. */
function Range({ matcher, onChange }: Props) {
  const { say } = useVoice();
  const end = (name: 'lowRange' | 'highRange') => ({
    label: say(`rule.${name}`),
    suffix: ' %',
    min: 0,
    value: matcher[name] === undefined ? '' : Number(matcher[name]),
    onChange: (value: string | number) => {
      const { [name]: _before, ...rest } = matcher;
      onChange(typeof value === 'number' ? { ...rest, [name]: String(value) } : rest);
    },
  });
  return (
    <>
      <NumberInput {...end('lowRange')} />
      <NumberInput {...end('highRange')} />
    </>
  );
}
