import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { criteria, useNames } from './query.ts';

/** One of a few words. */
export function Choice<T extends string>(props: {
  label: string;
  value: T;
  values: readonly T[];
  word: (value: T) => string;
  onChange: (value: T) => void;
}) {
  const { label, value, values, word, onChange } = props;
  return (
    <Select
      label={label}
      value={value}
      allowDeselect={false}
      data={values.map((one) => ({ value: one, label: word(one) }))}
      onChange={(chosen) => {
        const found = values.find((one) => one === chosen);
        if (found !== undefined) onChange(found);
      }}
    />
  );
}

/** One of what there is, found by typing. */
export function DataChoice(props: {
  label: string;
  none: string;
  value: string | null;
  data: { value: string; label: string }[];
  onChange: (value: string | null) => void;
}) {
  const { label, none, value, data, onChange } = props;
  return (
    <Select
      label={label}
      placeholder={none}
      nothingFoundMessage={none}
      value={value}
      data={data}
      searchable
      onChange={onChange}
    />
  );
}

/** One of the criteria. */
export function CriterionSelect(props: { label: string; value: string; onChange: (key: string) => void }) {
  const known = useQuery(criteria).data ?? [];
  const nameOf = useNames();
  return (
    <Select
      label={props.label}
      value={props.value}
      allowDeselect={false}
      searchable
      data={known.map(({ key }) => ({ value: key, label: nameOf(key) }))}
      onChange={(key) => key !== null && props.onChange(key)}
    />
  );
}
