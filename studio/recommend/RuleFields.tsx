import { Button, Select } from '@mantine/core';
import { useVoice } from '../ui/voice.tsx';
import { newMatcher } from '../rule/matcher.ts';
import { type Whom, useEffects } from '../rule/query.ts';
import { RuleRow, RuleRows } from '../rule/RuleRows.tsx';
import { put } from './draft.ts';
import { MaybeKeyFields } from './KeyFields.tsx';
import type { Content } from './sentence.ts';

interface Props {
  draft: Content;
  whom: Whom;
  onChange: (draft: Content) => void;
}

/** The rules that items must pass, each with what is wrong with it and with how many items it lets through. */
export function RuleFields({ draft, whom, onChange }: Props) {
  const { say } = useVoice();
  const { rules = [] } = draft;
  const effects = useEffects(rules, whom);
  const { data } = effects;
  const dynamic = data?.rules.some((one) => one.dynamic) === true;
  return (
    <fieldset className="fields">
      <legend>{say('form.rules')}</legend>
      <RuleRows rules={rules} effects={effects} onChange={(next) => onChange(put(draft, 'rules', next))} />
      {data && (
        <p className="quiet" role="status">
          {say(dynamic ? 'form.leavesDynamic' : 'form.leaves', { count: data.matches, of: data.of })}
        </p>
      )}
      {(rules.length > 0 || draft.rulesKey !== undefined) && <RulesKey draft={draft} onChange={onChange} />}
    </fieldset>
  );
}

/** Which item the rules mean by the key item, where it is not that of the list. */
function RulesKey({ draft, onChange }: Omit<Props, 'whom'>) {
  const { say } = useVoice();
  return (
    <MaybeKeyFields
      label={say('form.rulesKey')}
      none={say('form.rulesKey.list')}
      choice={draft.rulesKey}
      onChange={(rulesKey) => onChange(put(draft, 'rulesKey', rulesKey))}
    />
  );
}

const quarters = ['0', '1', '2', '3', '4'] as const;
type Weighed = NonNullable<Content['weights']>;

/** Rules that raise the items for which they hold; nothing is taken out by them. */
export function WeightFields({ draft, whom, onChange }: Props) {
  const { say } = useVoice();
  const { weights = [] } = draft;
  const effects = useEffects(
    weights.map(({ rule }) => rule),
    whom,
  );
  const set = (next: Weighed) => onChange(put(draft, 'weights', next));
  return (
    <fieldset className="fields">
      <legend>{say('form.weights')}</legend>
      <p className="quiet">{say('form.weightsSays')}</p>
      {weights.map((weighed, place) => (
        <RuleRow
          key={place}
          rule={weighed.rule}
          label={say('form.weighed', { nth: place + 1 })}
          effect={effects.of(place)}
          fault={effects.faultOf(place)}
          aside={
            <Select
              size="xs"
              className="weight-select"
              aria-label={say('form.weight')}
              value={String(weighed.weight)}
              allowDeselect={false}
              data={quarters.map((value) => ({ value, label: say(`form.weight.${value}`) }))}
              onChange={(value) =>
                set(
                  weights.map((one, at) =>
                    at === place ? { ...one, weight: Number(value) as 0 | 1 | 2 | 3 | 4 } : one,
                  ),
                )
              }
            />
          }
          onChange={(rule) =>
            set(
              rule === null
                ? weights.filter((_, at) => at !== place)
                : weights.map((one, at) => (at === place ? { ...one, rule } : one)),
            )
          }
        />
      ))}
      <Button
        size="xs"
        variant="default"
        className="fits"
        onClick={() => set([...weights, { rule: newMatcher, weight: 2 }])}
      >
        {say('form.weightMore')}
      </Button>
    </fieldset>
  );
}
