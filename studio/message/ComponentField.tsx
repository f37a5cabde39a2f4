import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Block, ComponentDocument } from '../../src/api/contract-message.ts';
import { components, itemOf } from '../component/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type Tongue, WordsInput } from './BlockFields.tsx';

/** A component with its values, as a block or as the card of a grid. */
export type Used = Pick<Extract<Block, { kind: 'component' }>, 'component' | 'values'>;
type Value = NonNullable<Used['values']>[string];
type Parameter = ComponentDocument['parameters'][number];

/** Which component, and what its parameters are here. */
export function ComponentField({ value, tongue, onChange }: FieldProps<Used, Used>) {
  const { say } = useVoice();
  const all = useQuery(components).data ?? [];
  const known = all.find(({ key }) => key === value.component);
  return (
    <>
      <Select
        label={say('messages.field.component')}
        value={value.component === '' ? null : value.component}
        data={all.map(({ key, document }) => ({ value: key, label: document.name }))}
        allowDeselect={false}
        searchable
        onChange={(component) => component !== null && onChange({ component, values: {} })}
      />
      {known && <Values used={value} document={known.document} tongue={tongue} onChange={onChange} />}
      {known && (
        <TextLink to="/components/$key" params={{ key: known.key }} size="sm">
          {say('components.edit')}
        </TextLink>
      )}
    </>
  );
}

/** What draws each item of a grid: what comes with Beckon, or a component about an item. */
export function CardField({ label, value, tongue, onChange }: FieldProps<Used | undefined> & { label: string }) {
  const { say } = useVoice();
  const all = useQuery(components).data ?? [];
  const cards = all.filter(({ document }) => itemOf(document) !== undefined);
  const known = all.find(({ key }) => key === value?.component);
  return (
    <>
      <Select
        label={label}
        value={value?.component ?? ''}
        data={[
          { value: '', label: say('components.usual') },
          ...cards.map(({ key, document }) => ({ value: key, label: document.name })),
        ]}
        allowDeselect={false}
        onChange={(component) => onChange(component === null || component === '' ? undefined : { component })}
      />
      {known && value && <Values used={value} document={known.document} isCard tongue={tongue} onChange={onChange} />}
    </>
  );
}

interface FieldProps<V, C = Used | undefined> {
  value: V;
  tongue: Tongue;
  onChange: (value: C) => void;
}

function Values(props: {
  used: Used;
  document: ComponentDocument;
  /** A grid gives the item. */
  isCard?: boolean;
  tongue: Tongue;
  onChange: (used: Used) => void;
}) {
  const { used, document, isCard = false, tongue, onChange } = props;
  const filled = isCard ? itemOf(document) : undefined;
  const put = (name: string, value: Value | undefined) => {
    const { [name]: _before, ...rest } = used.values ?? {};
    onChange({ ...used, values: value === undefined ? rest : { ...rest, [name]: value } });
  };
  return document.parameters
    .filter(({ name }) => name !== filled)
    .map((parameter) => (
      <ValueField
        key={parameter.name}
        parameter={parameter}
        value={used.values?.[parameter.name]}
        tongue={tongue}
        onChange={(value) => put(parameter.name, value)}
      />
    ));
}

/** A value of the kind of its parameter; left empty, it is what the component says itself. */
export function ValueField(props: {
  parameter: Parameter;
  label?: string;
  value: Value | undefined;
  tongue: Tongue;
  onChange: (value: Value | undefined) => void;
}) {
  const { say } = useVoice();
  const { parameter, value, tongue, onChange } = props;
  const { kind, name } = parameter;
  const label = props.label ?? (parameter.label || name);
  if (kind === 'switch') {
    const isOn = (value ?? parameter.default) === true;
    return <Switch label={label} checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />;
  }
  if (kind === 'number') {
    return (
      <NumberInput
        label={label}
        value={typeof value === 'number' ? value : ''}
        placeholder={parameter.default === undefined ? '' : String(parameter.default)}
        onChange={(given) => onChange(typeof given === 'number' ? given : undefined)}
      />
    );
  }
  if (kind === 'text') {
    return (
      <WordsInput
        label={label}
        value={value}
        tongue={tongue}
        onChange={(words) => onChange(words as Value | undefined)}
      />
    );
  }
  return (
    <TextInput
      label={label}
      description={kind === 'item' ? say('components.itemSays') : undefined}
      inputWrapperOrder={['label', 'input', 'description']}
      classNames={{ input: 'code' }}
      value={typeof value === 'string' ? value : ''}
      placeholder={typeof parameter.default === 'string' ? parameter.default : ''}
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}
