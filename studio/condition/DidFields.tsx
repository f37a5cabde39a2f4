import { Button, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useMemo } from 'react';
import { type Unit, durationOf, lengthOf, units } from '../form/length.ts';
import { useVoice } from '../ui/voice.tsx';
import { GroupFields } from './GroupFields.tsx';
import { FieldInput } from './FieldInput.tsx';
import { withAsk } from './change.ts';
import { KnownContext, plainWord, useKnown } from './known.ts';
import { type Did, asks, groupOf, isOrder, orders } from './model.ts';

interface Props {
  did: Did;
  onChange: (next: Did) => void;
}

/** What somebody did: which events, how often, within how long, and which of them. */
export function DidFields({ did, onChange }: Props) {
  const { say } = useVoice();
  const known = useKnown();
  const inside = useMemo(
    () => ({ ...known, ground: 'event' as const, fields: known.ofEvents(did.types) }),
    [known, did.types],
  );
  return (
    <>
      <div className="condition-fields">
        <Types did={did} onChange={onChange} />
        <Select
          label={say('condition.ask')}
          value={did.ask}
          allowDeselect={false}
          data={asks.map((ask) => ({ value: ask, label: say(`condition.ask.${ask}`) }))}
          onChange={(next) => {
            const ask = asks.find((one) => one === next);
            if (ask !== undefined) onChange(withAsk(did, ask));
          }}
        />
        {did.of !== null && (
          <KnownContext value={inside}>
            <FieldInput label={say('condition.of')} value={did.of} onChange={(of) => onChange({ ...did, of })} />
          </KnownContext>
        )}
        {did.than !== null && <Than did={did} onChange={onChange} />}
        <Within did={did} onChange={onChange} />
        {did.since !== null && <Since did={did} onChange={onChange} />}
      </div>
      {did.where === null ? (
        <Button
          size="compact-xs"
          variant="subtle"
          className="fits"
          leftSection={<IconFilter size={14} stroke={1.5} />}
          onClick={() =>
            onChange({
              ...did,
              where: groupOf([
                { kind: 'compared', negated: false, path: 'item.id', of: null, test: '=', values: [''] },
              ]),
            })
          }
        >
          {say('condition.only')}
        </Button>
      ) : (
        <fieldset className="condition-where">
          <legend>{say('condition.where')}</legend>
          <KnownContext value={inside}>
            <GroupFields
              group={did.where}
              onChange={(where) => onChange({ ...did, where: where.items.length === 0 ? null : where })}
            />
          </KnownContext>
        </fieldset>
      )}
    </>
  );
}

/** Which events, by what came in lately and what shops usually send. */
function Types({ did, onChange }: Props) {
  const { say } = useVoice();
  const { types } = useKnown();
  const says = did.types.map((type) => plainWord(type, say)).filter((word) => word !== null);
  return (
    <TagsInput
      className="condition-types"
      label={say('condition.types')}
      description={says.join(', ')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={did.types}
      data={types.map(({ type }) => type)}
      limit={40}
      acceptValueOnBlur
      error={did.types.length === 0 ? say('condition.typesNone') : undefined}
      renderOption={({ option: { value } }) => (
        <span className="matcher-option">
          <span>
            {plainWord(value, say) ?? value}{' '}
            {plainWord(value, say) !== null && <span className="quiet code">{value}</span>}
          </span>
          <span className="quiet">{countOf(value)}</span>
        </span>
      )}
      onChange={(next) => onChange({ ...did, types: next })}
    />
  );

  function countOf(type: string): string {
    const { count = 0 } = types.find((one) => one.type === type) ?? {};
    return count === 0 ? '' : say('condition.lately', { count });
  }
}

function Than({ did, onChange }: Props) {
  const { say } = useVoice();
  const { by, value } = did.than ?? { by: '>=' as const, value: 1 };
  return (
    <div className="condition-than">
      <Select
        label={say('condition.compared')}
        value={by}
        allowDeselect={false}
        data={orders.map((order) => ({ value: order, label: say(`condition.test.${order}`) }))}
        onChange={(next) => next !== null && isOrder(next) && onChange({ ...did, than: { by: next, value } })}
      />
      <NumberInput
        label={say(`condition.number.${did.ask === 'happened' ? 'count' : did.ask}`)}
        value={value}
        onChange={(next) => typeof next === 'number' && onChange({ ...did, than: { by, value: next } })}
      />
    </div>
  );
}

/** Within how long; a length of several units stays as it is written. */
function Within({ did, onChange }: Props) {
  const { say } = useVoice();
  const { within } = did;
  const length = within === null ? null : lengthOf(within);
  const unit = length?.unit ?? 'D';
  if (within !== null && length === null) {
    return (
      <TextInput
        label={say('condition.within')}
        description={say('form.iso')}
        inputWrapperOrder={['label', 'input', 'description']}
        classNames={{ input: 'code' }}
        value={within}
        onChange={(event) => onChange({ ...did, within: event.currentTarget.value || null })}
      />
    );
  }
  return (
    <div className="condition-than">
      <NumberInput
        label={say('condition.within')}
        placeholder={say('condition.ever')}
        value={length?.amount ?? ''}
        min={1}
        onChange={(amount) =>
          onChange({ ...did, within: amount === '' ? null : durationOf({ amount: Number(amount), unit }) })
        }
      />
      <Select
        label={say('condition.unit')}
        value={unit}
        disabled={length === null}
        allowDeselect={false}
        data={units.map((one) => ({ value: one, label: say(`unit.${one}`) }))}
        onChange={(next) =>
          length !== null && onChange({ ...did, within: durationOf({ amount: length.amount, unit: next as Unit }) })
        }
      />
    </div>
  );
}

function Since({ did, onChange }: Props) {
  const { say } = useVoice();
  return (
    <TextInput
      label={say('condition.since')}
      classNames={{ input: 'code' }}
      value={did.since ?? ''}
      spellCheck={false}
      onChange={(event) => onChange({ ...did, since: event.currentTarget.value || null })}
    />
  );
}
