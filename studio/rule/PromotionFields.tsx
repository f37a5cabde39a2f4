import { NumberInput, SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ItemsSelect } from '../recommend/ItemSelect.tsx';
import { useVoice } from '../ui/voice.tsx';
import { momentAt, wallOf } from '../ui/wall.ts';
import type { Content } from './draft.ts';
import { definitions } from './query.ts';

interface Props {
  draft: Content;
  /** What is wrong with a field. */
  fault: (...fields: string[]) => string | undefined;
  onChange: (draft: Content) => void;
}

/** Fields at which a fault of a promotion is shown. */
export const promotionFaults = ['front', 'back', 'starts', 'ends', 'ids', 'collection', 'keyItem', 'keyAttribute'];

/** What is promoted, in which places, and when. */
export function PromotionFields(props: Props) {
  const { say } = useVoice();
  const { draft, fault, onChange } = props;
  const place = (end: 'front' | 'back') => ({
    label: say(`promotion.${end}`),
    min: 0,
    max: 20,
    allowDecimal: false,
    value: draft[end],
    error: fault(end),
    onChange: (value: string | number) => onChange({ ...draft, [end]: typeof value === 'number' ? value : 0 }),
  });
  return (
    <>
      <div className="form">
        <NumberInput {...place('front')} />
        <NumberInput {...place('back')} />
      </div>
      <Times {...props} />
      <fieldset className="fields">
        <legend>{say('promotion.what')}</legend>
        <SegmentedControl
          className="fits"
          value={draft.ids === null ? 'rules' : 'ids'}
          aria-label={say('promotion.what')}
          data={[
            { value: 'rules', label: say('promotion.byRules') },
            { value: 'ids', label: say('promotion.byIds') },
          ]}
          onChange={(value) => onChange({ ...draft, ids: value === 'ids' ? [] : null })}
        />
        {draft.ids === null ? (
          <Chosen {...props} />
        ) : (
          <ItemsSelect
            label={say('promotion.ids')}
            description={say('promotion.idsSays')}
            chosen={draft.ids}
            onChoose={(ids) => onChange({ ...draft, ids })}
          />
        )}
        <Switch
          label={say('promotion.randomise')}
          checked={draft.randomise}
          onChange={(event) => onChange({ ...draft, randomise: event.currentTarget.checked })}
        />
      </fieldset>
    </>
  );
}

/** From when to when, on the shop's clock. */
function Times({ draft, fault, onChange }: Props) {
  const { say, frame } = useVoice();
  const end = (field: 'starts' | 'ends') => {
    const at = draft[field];
    return {
      label: say(`promotion.${field}`),
      type: 'datetime-local',
      value: at === null ? '' : wallOf(Date.parse(at), frame.zone),
      error: fault(field),
      onChange: (event: { currentTarget: HTMLInputElement }) => {
        const moment = momentAt(event.currentTarget.value, frame.zone);
        onChange({ ...draft, [field]: moment === null ? null : new Date(moment).toISOString() });
      },
    };
  };
  return (
    <div className="form">
      <TextInput {...end('starts')} />
      <TextInput {...end('ends')} />
    </div>
  );
}

const keyItems = ['CURRENT', 'LAST_VIEWED', 'LAST_PURCHASED', 'MOST_VIEWED', 'PROFILE_ATTRIBUTE'] as const;

/** From which collection, and what its rules mean by the key item. */
function Chosen({ draft, fault, onChange }: Props) {
  const { say } = useVoice();
  const collections = useQuery(definitions('collections')).data ?? [];
  return (
    <div className="form">
      <Select
        label={say('promotion.collection')}
        placeholder={say('promotion.noCollection')}
        value={draft.collection}
        error={fault('collection')}
        clearable
        searchable
        data={collections.map(({ key, name }) => ({ value: key, label: name }))}
        onChange={(collection) => onChange({ ...draft, collection })}
      />
      <Select
        label={say('promotion.keyItem')}
        value={draft.keyItem ?? ''}
        allowDeselect={false}
        error={fault('keyItem')}
        data={[
          { value: '', label: say('promotion.keyItem.answer') },
          ...keyItems.map((value) => ({ value, label: say(`promotion.keyItem.${value}`) })),
        ]}
        onChange={(value) => onChange({ ...draft, keyItem: keyItems.find((one) => one === value) ?? null })}
      />
      {draft.keyItem === 'PROFILE_ATTRIBUTE' && (
        <TextInput
          label={say('form.attribute')}
          value={draft.keyAttribute ?? ''}
          error={fault('keyAttribute')}
          onChange={(event) => onChange({ ...draft, keyAttribute: event.currentTarget.value || null })}
        />
      )}
    </div>
  );
}
