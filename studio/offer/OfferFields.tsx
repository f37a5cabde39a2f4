import {
  JsonInput,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { OfferInput } from '../../src/api/contract-design.ts';
import { designs } from '../design/query.ts';
import { CriterionSelect } from '../recommend/fields.tsx';
import { definitions } from '../rule/query.ts';
import { useVoice } from '../ui/voice.tsx';

type Offer = OfferInput['offer'];
type Recommended = Extract<Offer, { kind: 'recommendation' }>;
interface Props<O extends Offer> {
  offer: O;
  /** `whole`: can it be saved as it is? */
  onChange: (offer: Offer, whole: boolean) => void;
}

const kinds = ['recommendation', 'html', 'json'] as const;

/** What an offer shows: recommended items, or fixed content. */
export function OfferFields({ offer, onChange }: Props<Offer>) {
  const { say } = useVoice();
  const turn = (kind: string) => {
    if (kind === 'html') return onChange({ kind, content: '' }, true);
    if (kind === 'json') return onChange({ kind, content: {} }, true);
    return onChange({ kind: 'recommendation', criterion: 'popular' }, true);
  };
  return (
    <>
      <SegmentedControl
        className="fits"
        value={offer.kind}
        aria-label={say('offers.shows')}
        data={kinds.map((value) => ({ value, label: say(`offers.kind.${value}`) }))}
        onChange={turn}
      />
      {offer.kind === 'recommendation' && <RecommendedFields offer={offer} onChange={onChange} />}
      {offer.kind === 'html' && (
        <Textarea
          label={say('offers.html')}
          classNames={{ input: 'rule-field' }}
          value={offer.content}
          autosize
          minRows={8}
          maxRows={24}
          spellCheck={false}
          onChange={(event) => onChange({ ...offer, content: event.currentTarget.value }, true)}
        />
      )}
      {offer.kind === 'json' && <JsonFields offer={offer} onChange={onChange} />}
      {offer.kind !== 'json' && <Selector offer={offer} onChange={onChange} />}
    </>
  );
}

/** The field with a value, or without where there is none. */
function said(offer: Recommended, field: keyof Recommended, value: unknown): Recommended {
  const { [field]: _before, ...rest } = offer;
  const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  return (isEmpty ? rest : { ...rest, [field]: value }) as Recommended;
}

const whens = ['', 'fill', 'empty', 'none'] as const;

function RecommendedFields({ offer, onChange }: Props<Recommended>) {
  const { say } = useVoice();
  const known = useQuery(designs).data ?? [];
  const collections = useQuery(definitions('collections')).data ?? [];
  const promotions = useQuery(definitions('promotions')).data ?? [];
  const put = (field: keyof Recommended, value: unknown) => onChange(said(offer, field, value), true);
  const named = (rows: readonly { key: string; name: string }[]) =>
    rows.map(({ key, name }) => ({ value: key, label: name }));
  return (
    <>
      <CriterionSelect label={say('criteria.name')} value={offer.criterion} onChange={(key) => put('criterion', key)} />
      <div className="form">
        <Select
          label={say('offers.design')}
          placeholder={say('offers.asData')}
          value={offer.design ?? null}
          clearable
          searchable
          data={named(known)}
          onChange={(key) => put('design', key)}
        />
        <Select
          label={say('promotion.collection')}
          placeholder={say('promotion.noCollection')}
          value={offer.collection ?? null}
          clearable
          searchable
          data={named(collections)}
          onChange={(key) => put('collection', key)}
        />
        <MultiSelect
          label={say('shelf.promotions')}
          value={offer.promotions ?? []}
          hidePickedOptions
          data={named(promotions)}
          onChange={(keys) => put('promotions', keys)}
        />
        <NumberInput
          label={say('preview.limit')}
          description={say('offers.limitSays')}
          inputWrapperOrder={['label', 'input', 'description']}
          value={offer.limit ?? ''}
          min={1}
          max={100}
          allowDecimal={false}
          onChange={(value) => put('limit', typeof value === 'number' ? value : undefined)}
        />
        <Select
          label={say('form.backup')}
          value={offer.backup ?? ''}
          allowDeselect={false}
          data={whens.map((value) => ({
            value,
            label: say(value === '' ? 'offers.asCriterion' : `form.backup.${value}`),
          }))}
          onChange={(value) => put('backup', value || undefined)}
        />
      </div>
      <Switch
        label={say('form.partial')}
        checked={offer.partial !== false}
        onChange={(event) => put('partial', event.currentTarget.checked ? undefined : false)}
      />
    </>
  );
}

function JsonFields({ offer, onChange }: Props<Extract<Offer, { kind: 'json' }>>) {
  const { say } = useVoice();
  const [text, setText] = useState(() => JSON.stringify(offer.content, null, 2));
  const [why, setWhy] = useState<string | null>(null);
  return (
    <JsonInput
      label={say('offers.json')}
      classNames={{ input: 'rule-field' }}
      value={text}
      autosize
      minRows={8}
      maxRows={24}
      spellCheck={false}
      error={why === null ? undefined : say('form.jsonWrong', { why })}
      onChange={(next) => {
        setText(next);
        try {
          onChange({ ...offer, content: JSON.parse(next) as unknown }, true);
          setWhy(null);
        } catch (error) {
          setWhy(error instanceof Error ? error.message : String(error));
          onChange(offer, false);
        }
      }}
    />
  );
}

/** Which element of the page gets it. */
function Selector({ offer, onChange }: Props<Exclude<Offer, { kind: 'json' }>>) {
  const { say } = useVoice();
  const { selector: _selector, ...rest } = offer;
  return (
    <TextInput
      label={say('offers.selector')}
      description={say('offers.selectorSays')}
      inputWrapperOrder={['label', 'input', 'description']}
      classNames={{ input: 'code' }}
      placeholder="#recommendations"
      value={offer.selector ?? ''}
      onChange={(event) => {
        const selector = event.currentTarget.value;
        onChange((selector === '' ? rest : { ...rest, selector }) as Offer, true);
      }}
    />
  );
}
