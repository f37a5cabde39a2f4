import { Select, TextInput } from '@mantine/core';
import { useVoice } from '../ui/voice.tsx';
import type { KeyChoice } from './sentence.ts';

const keyFroms = ['current', 'last-viewed', 'last-purchased', 'most-viewed', 'attribute'] as const;

/** Which item something is about. */
export function KeyFields(props: { choice: KeyChoice; onChange: (choice: KeyChoice) => void }) {
  const { choice, onChange } = props;
  return <MaybeKeyFields choice={choice} onChange={(next) => next && onChange(next)} />;
}

/** The same where nothing need be said. */
export function MaybeKeyFields(props: {
  label?: string;
  none?: string;
  choice: KeyChoice | undefined;
  onChange: (choice: KeyChoice | undefined) => void;
}) {
  const { say } = useVoice();
  const { label, none, choice, onChange } = props;
  const kinds = keyFroms.map((value) => ({ value: value as string, label: say(`form.item.${value}`) }));
  return (
    <div className="form">
      <Select
        label={label ?? say('form.item')}
        value={choice?.from ?? ''}
        allowDeselect={false}
        data={none === undefined ? kinds : [{ value: '', label: none }, ...kinds]}
        onChange={(value) => {
          const from = keyFroms.find((one) => one === value);
          if (from === undefined) return onChange(undefined);
          return onChange(from === 'attribute' ? { from, attribute: 'profile.' } : { from });
        }}
      />
      {choice?.from === 'attribute' && (
        <TextInput
          label={say('form.attribute')}
          value={choice.attribute}
          onChange={(event) => onChange({ from: 'attribute', attribute: event.currentTarget.value })}
        />
      )}
    </div>
  );
}
