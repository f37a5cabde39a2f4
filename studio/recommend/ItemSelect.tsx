import { MultiSelect, Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { people, person } from '../api/query.ts';
import { Picture } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';
import { itemsBy, itemsLike } from './query.ts';
import type { PreviewItem } from '../../src/api/contract-rule.ts';

const order = ['label', 'input', 'description', 'error'] as const;

/** Items found by typing a part of the name, or an id; those that are chosen keep their names. */
function useItems(chosen: readonly string[]) {
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, 200);
  const known = useQuery(itemsBy(chosen)).data ?? [];
  const found = useQuery(itemsLike(settled)).data ?? [];
  const all = new Map<string, PreviewItem>([...known, ...found].map((item) => [item.id, item]));
  const ids = [...new Set([...chosen, ...found.map(({ id }) => id)])];
  return {
    setTyped,
    data: ids.map((id) => ({ value: id, label: all.get(id)?.name ?? id })),
    option: (id: string) => <ItemOption id={id} item={all.get(id)} />,
  };
}

function ItemOption({ id, item }: { id: string; item: PreviewItem | undefined }) {
  return (
    <span className="item-option">
      <Picture url={item?.imageUrl ?? null} name={item?.name ?? id} size={32} />
      <span>
        {item?.name ?? id}
        <span className="quiet">{id}</span>
      </span>
    </span>
  );
}

/** One item, chosen by name. */
export function ItemSelect(props: {
  label: string;
  description?: string;
  error?: string | undefined;
  chosen: string | null;
  onChoose: (id: string | null) => void;
}) {
  const { say } = useVoice();
  const { data, option, setTyped } = useItems(props.chosen === null ? [] : [props.chosen]);
  return (
    <Select
      label={props.label}
      description={props.description}
      inputWrapperOrder={[...order]}
      placeholder={say('preview.noItem')}
      nothingFoundMessage={say('preview.noSuchItem')}
      error={props.error}
      searchable
      clearable
      value={props.chosen}
      data={data}
      filter={everything}
      renderOption={({ option: { value } }) => option(value)}
      onSearchChange={setTyped}
      onChange={props.onChoose}
    />
  );
}

const everything: SelectProps['filter'] = ({ options }) => options;

/** Several items, chosen by name: a cart. */
export function ItemsSelect(props: {
  label: string;
  description?: string;
  chosen: string[];
  onChoose: (ids: string[]) => void;
}) {
  const { say } = useVoice();
  const { data, option, setTyped } = useItems(props.chosen);
  return (
    <MultiSelect
      label={props.label}
      description={props.description}
      inputWrapperOrder={[...order]}
      placeholder={props.chosen.length === 0 ? say('preview.noCart') : undefined}
      nothingFoundMessage={say('preview.noSuchItem')}
      searchable
      clearable
      hidePickedOptions
      value={props.chosen}
      data={data}
      filter={everything}
      renderOption={({ option: { value } }) => option(value)}
      onSearchChange={setTyped}
      onChange={props.onChoose}
    />
  );
}

/** A person, found by name, address or id. */
export function PersonSelect({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string | null) => void }) {
  const { say } = useVoice();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, 200);
  const found = useQuery(people(settled)).data?.people ?? [];
  const profile = useQuery({ ...person(chosen ?? ''), enabled: chosen !== null, refetchInterval: false }).data;
  const row = useQuery({ ...people(chosen ?? ''), enabled: chosen !== null, refetchInterval: false }).data?.people[0];
  const named = row?.id === chosen ? row?.label : undefined;
  const own = chosen === null ? [] : [{ value: chosen, label: named ?? profile?.email ?? chosen.slice(0, 8) }];
  const others = found.filter((row) => row.id !== chosen).map((row) => ({ value: row.id, label: row.label }));
  return (
    <Select
      label={say('preview.person')}
      description={say('preview.personSays')}
      inputWrapperOrder={[...order]}
      placeholder={say('preview.anybody')}
      searchable
      clearable
      value={chosen}
      data={[...own, ...others.slice(0, 20)]}
      filter={everything}
      onSearchChange={setTyped}
      onChange={onChoose}
    />
  );
}
