import { NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useVoice } from '../ui/voice.tsx';
import { FieldInput } from './FieldInput.tsx';
import { type FieldKind, plainOf, testsFor, withTest } from './change.ts';
import { useKnown } from './known.ts';
import { type Compared, type Test, isBare, measures } from './model.ts';

interface Props {
  compared: Compared;
  onChange: (next: Compared) => void;
}

/** A field, how it is compared, and with what. */
export function ComparedFields({ compared, onChange }: Props) {
  const { say } = useVoice();
  const { fields } = useKnown();
  const found = fields.find(({ path }) => path === compared.path)?.kind;
  const kind = found === 'nothing' ? undefined : found;
  const tests = testsFor(compared, kind);
  const isMoment = /at$/i.test(compared.path);
  const takes = measures.filter((one) => one === compared.of || (one === 'count' ? kind === 'list' : isMoment));
  const moved = (path: string) => {
    const next = fields.find((field) => field.path === path)?.kind;
    if (next === undefined || next === 'nothing') return onChange({ ...compared, path });
    const of = next === 'list' || path.endsWith('At') ? compared.of : null;
    const offered = testsFor({ ...compared, path, of, test: 'is empty' }, next);
    const test = offered.includes(compared.test) ? compared.test : offered[0]!;
    return onChange(withTest({ ...compared, path, of }, test, next));
  };
  return (
    <div className="condition-fields">
      <FieldInput label={say('condition.field')} value={compared.path} onChange={moved} />
      {takes.length > 0 && (
        <Select
          label={say('condition.takes')}
          value={compared.of ?? ''}
          allowDeselect={false}
          data={[
            { value: '', label: say('condition.takes.itself') },
            ...takes.map((one) => ({ value: one, label: say(`condition.takes.${one}`) })),
          ]}
          onChange={(next) => {
            const of = measures.find((one) => one === next) ?? null;
            const test = of !== null && isBare(compared.test) ? (of === 'count' ? '>=' : '<=') : compared.test;
            onChange(withTest({ ...compared, of }, test, kind));
          }}
        />
      )}
      <Select
        label={say('condition.compared')}
        value={compared.test}
        allowDeselect={false}
        data={tests.map((test) => ({ value: test, label: say(`condition.test.${test}`) }))}
        onChange={(next) => {
          const test = tests.find((one) => one === next);
          if (test !== undefined) onChange(withTest(compared, test, kind));
        }}
      />
      <Values compared={compared} kind={compared.of === null ? kind : 'number'} onChange={onChange} />
    </div>
  );
}

const several: readonly Test[] = ['in', 'not in'];

function Values({ compared, kind, onChange }: Props & { kind: FieldKind | undefined }) {
  const { say } = useVoice();
  const { test, values } = compared;
  const [first, second] = values;
  if (isBare(test)) return null;
  if (several.includes(test)) {
    return (
      <TagsInput
        label={say('condition.values')}
        placeholder={values.length === 0 ? say('rule.valuesHint') : undefined}
        value={values.map(String)}
        acceptValueOnBlur
        splitChars={['\n', '\t']}
        onChange={(next) => onChange({ ...compared, values: next.map((one) => plainOf(one, kind, first)) })}
      />
    );
  }
  if (test === 'between') {
    const end = (place: 0 | 1, value: unknown) => ({
      label: say(place === 0 ? 'rule.lowRange' : 'rule.highRange'),
      value: typeof value === 'number' ? value : '',
      onChange: (next: string | number) => {
        if (typeof next === 'number')
          onChange({ ...compared, values: place === 0 ? [next, second ?? next] : [first ?? next, next] });
      },
    });
    return (
      <div className="condition-than">
        <NumberInput {...end(0, first)} />
        <NumberInput {...end(1, second)} />
      </div>
    );
  }
  if (typeof first === 'boolean') {
    return (
      <Select
        label={say('condition.value')}
        value={String(first)}
        allowDeselect={false}
        data={['true', 'false'].map((value) => ({
          value,
          label: say(value === 'true' ? 'condition.yes' : 'condition.no'),
        }))}
        onChange={(next) => onChange({ ...compared, values: [next === 'true'] })}
      />
    );
  }
  if (typeof first === 'number') {
    return (
      <NumberInput
        label={say('condition.value')}
        value={first}
        onChange={(next) => typeof next === 'number' && onChange({ ...compared, values: [next] })}
      />
    );
  }
  return (
    <TextInput
      label={say('condition.value')}
      value={first ?? ''}
      onChange={(event) => onChange({ ...compared, values: [plainOf(event.currentTarget.value, kind, first)] })}
    />
  );
}
