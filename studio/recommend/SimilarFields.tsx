import { ActionIcon, Autocomplete, Button, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { itemAttributes } from '../rule/query.ts';
import { useVoice } from '../ui/voice.tsx';
import type { Algorithm } from './sentence.ts';

type Similar = Extract<Algorithm, { kind: 'similar' }>;

/** How much each field of the items says, and how alike an item must be. */
export function SimilarFields({ algorithm, onChange }: { algorithm: Similar; onChange: (to: Similar) => void }) {
  const { say } = useVoice();
  const { least, weights: _weights, ...rest } = algorithm;
  const [rows, setRows] = useState(() => Object.entries(algorithm.weights ?? {}));
  const known = useQuery(itemAttributes).data?.attributes ?? [];
  const names = [...new Set(['name', 'description', 'categories', ...known.map(({ name }) => name)])];
  const set = (next: typeof rows) => {
    setRows(next);
    const said = Object.fromEntries(next.filter(([name]) => name.trim() !== ''));
    const isSaid = Object.keys(said).length > 0;
    onChange({ ...rest, ...(least === undefined ? {} : { least }), ...(isSaid ? { weights: said } : {}) });
  };
  return (
    <div className="stack-form">
      <p className="quiet">{say('form.fieldWeightsSays')}</p>
      {rows.map(([name, weight], place) => (
        <div key={place} className="member-row">
          <Autocomplete
            label={say('form.field', { nth: place + 1 })}
            value={name}
            data={names}
            limit={50}
            onChange={(next) => set(rows.map((row, at) => (at === place ? [next, weight] : row)))}
          />
          <NumberInput
            label={say('form.fieldWeight')}
            value={weight}
            min={0}
            max={100}
            onChange={(value) =>
              set(rows.map((row, at) => (at === place ? [name, typeof value === 'number' ? value : 1] : row)))
            }
          />
          <ActionIcon
            variant="subtle"
            color="control"
            size={36}
            aria-label={say('form.fieldGone', { name })}
            onClick={() => set(rows.filter((_, at) => at !== place))}
          >
            <IconX size={16} stroke={1.5} />
          </ActionIcon>
        </div>
      ))}
      <Button size="xs" variant="default" className="fits" onClick={() => set([...rows, ['', 2]])}>
        {say('form.fieldMore')}
      </Button>
      <NumberInput
        label={say('form.least')}
        description={say('form.leastSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        value={least ?? ''}
        placeholder="0.4"
        min={0}
        max={1}
        step={0.05}
        decimalScale={2}
        onChange={(value) => {
          const { least: _least, ...others } = algorithm;
          onChange(typeof value === 'number' ? { ...others, least: value } : others);
        }}
      />
    </div>
  );
}
