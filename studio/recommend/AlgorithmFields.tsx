import { ActionIcon, Button, NumberInput, Switch, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import { useVoice } from '../ui/voice.tsx';
import { type AlgorithmKind, algorithmOf, kinds, withKey } from './draft.ts';
import { CriterionSelect, Choice, DataChoice } from './fields.tsx';
import { customLists } from '../list/query.ts';
import { KeyFields } from './KeyFields.tsx';
import type { Algorithm } from './sentence.ts';
import { SimilarFields } from './SimilarFields.tsx';

interface Props<K extends AlgorithmKind> {
  algorithm: Extract<Algorithm, { kind: K }>;
  onChange: (algorithm: Algorithm) => void;
}

/** How items are found: the kind, and what that kind says besides. */
export function AlgorithmFields({ algorithm, onChange }: { algorithm: Algorithm; onChange: (to: Algorithm) => void }) {
  const { say } = useVoice();
  return (
    <>
      <Choice
        label={say('form.kind')}
        value={algorithm.kind}
        values={kinds}
        word={(kind) => say(`form.kind.${kind}`)}
        onChange={(kind) => onChange(algorithmOf(kind, algorithm))}
      />
      <Own algorithm={algorithm} onChange={onChange} />
    </>
  );
}

function Own({ algorithm, onChange }: { algorithm: Algorithm; onChange: (to: Algorithm) => void }) {
  const { say } = useVoice();
  switch (algorithm.kind) {
    case 'cart':
      return <CartFields algorithm={algorithm} onChange={onChange} />;
    case 'item':
      return <ItemFields algorithm={algorithm} onChange={onChange} />;
    case 'similar':
      return (
        <>
          <KeyFields choice={algorithm.item} onChange={(item) => onChange(withKey(algorithm, item))} />
          <KeyUse algorithm={algorithm} onChange={onChange} />
          <SimilarFields algorithm={algorithm} onChange={onChange} />
        </>
      );
    case 'for-you':
      return (
        <Switch
          label={say('form.leftInCart')}
          checked={algorithm.leftInCart === true}
          onChange={(event) =>
            onChange({ kind: 'for-you', ...(event.currentTarget.checked ? { leftInCart: true } : {}) })
          }
        />
      );
    case 'popular':
      return <PopularFields algorithm={algorithm} onChange={onChange} />;
    case 'custom':
      return <CustomFields algorithm={algorithm} onChange={onChange} />;
    case 'sequence':
      return <SequenceFields algorithm={algorithm} onChange={onChange} />;
    default:
      return null;
  }
}

const bases = ['session', 'visitor'] as const;
const cartActions = ['', 'viewed-viewed', 'viewed-bought', 'bought-bought'] as const;

function CartFields({ algorithm, onChange }: Props<'cart'>) {
  const { say } = useVoice();
  const { action = '', basis = 'session' } = algorithm;
  return (
    <div className="form">
      <Choice
        label={say('form.action')}
        value={action}
        values={cartActions}
        word={(one) => say(one === '' ? 'form.action.all' : `form.action.${one}`)}
        onChange={(one) => onChange(one === '' ? { kind: 'cart' } : { ...algorithm, action: one })}
      />
      {action !== '' && (
        <Choice
          label={say('form.basis')}
          value={basis}
          values={bases}
          word={(one) => say(`form.basis.${one}`)}
          onChange={(one) => onChange({ ...algorithm, basis: one })}
        />
      )}
    </div>
  );
}

const actions = ['viewed-viewed', 'viewed-bought', 'bought-bought', 'site-affinity'] as const;

const likenesses = ['', 'rate', 'llr', 'cosine', 'jaccard'] as const;

function ItemFields({ algorithm, onChange }: Props<'item'>) {
  const { say } = useVoice();
  return (
    <>
      <KeyFields choice={algorithm.item} onChange={(item) => onChange(withKey(algorithm, item))} />
      <div className="form">
        <Choice
          label={say('form.action')}
          value={algorithm.action}
          values={actions}
          word={(one) => say(`form.action.${one}`)}
          onChange={(action) => onChange({ ...algorithm, action })}
        />
        <Choice
          label={say('form.basis')}
          value={algorithm.basis ?? 'session'}
          values={bases}
          word={(one) => say(`form.basis.${one}`)}
          onChange={(basis) => onChange({ ...algorithm, basis })}
        />
        <Choice
          label={say('form.likeness')}
          value={algorithm.likeness ?? ''}
          values={likenesses}
          word={(one) => say(one === '' ? 'form.likeness.usual' : `form.likeness.${one}`)}
          onChange={(one) => {
            const { likeness: _likeness, ...rest } = algorithm;
            onChange(one === '' ? rest : { ...rest, likeness: one });
          }}
        />
        <NumberInput
          label={say('form.support')}
          value={algorithm.support ?? 1}
          min={1}
          max={1000}
          clampBehavior="strict"
          onChange={(value) => {
            const { support: _support, ...rest } = algorithm;
            onChange(typeof value === 'number' && value > 1 ? { ...rest, support: value } : rest);
          }}
        />
      </div>
      <KeyUse algorithm={algorithm} onChange={onChange} />
    </>
  );
}

const uses = ['none', 'next', 'whole'] as const;

/** What to do when one of the person's own items is not enough; the page has just one. */
function KeyUse(props: {
  algorithm: Extract<Algorithm, { kind: 'item' | 'similar' }>;
  onChange: (to: Algorithm) => void;
}) {
  const { algorithm, onChange } = props;
  const { say } = useVoice();
  if (algorithm.item.from === 'current') return null;
  return (
    <div className="form">
      <Choice
        label={say('form.keys')}
        value={algorithm.keys?.when ?? 'none'}
        values={uses}
        word={(when) => say(`form.keys.${when}`)}
        onChange={(when) => onChange({ ...algorithm, keys: { ...algorithm.keys, when } })}
      />
      <NumberInput
        label={say('form.nth')}
        value={algorithm.keys?.nth ?? 1}
        min={1}
        max={100}
        allowDecimal={false}
        onChange={(value) => {
          const { nth: _nth, ...rest } = algorithm.keys ?? {};
          onChange({ ...algorithm, keys: typeof value === 'number' && value > 1 ? { ...rest, nth: value } : rest });
        }}
      />
    </div>
  );
}

const popularActions = ['viewed', 'bought', 'revenue', 'carted', 'event'] as const;
const withins = ['', 'current', 'favourite', 'visitors', 'attribute'] as const;

function PopularFields({ algorithm, onChange }: Props<'popular'>) {
  const { say } = useVoice();
  const { within, action, metric, event } = algorithm;
  const chosen = withinOf(within);
  const choose = (one: (typeof withins)[number]) => {
    const of = { ...(metric === undefined ? {} : { metric }), ...(event === undefined ? {} : { event }) };
    const made = { kind: 'popular' as const, action, ...of };
    if (one === '') return onChange(made);
    if (one === 'visitors') return onChange({ ...made, within: { visitors: ['profile.city'], as: 'in-turn' } });
    if (one === 'attribute') return onChange({ ...made, within: { item: 'brand', profile: 'profile.brand' } });
    return onChange({ ...made, within: { category: { from: one } } });
  };
  return (
    <>
      <div className="form">
        <Choice
          label={say('form.action')}
          value={metric ?? action}
          values={popularActions}
          word={(one) => say(`form.popular.${one}`)}
          onChange={(one) => {
            const { metric: _metric, event: _event, ...rest } = algorithm;
            if (one === 'revenue') return onChange({ ...rest, action: 'bought', metric: one });
            onChange(one === 'event' ? { ...rest, action: one, event: '' } : { ...rest, action: one });
          }}
        />
        <Choice
          label={say('form.within')}
          value={chosen}
          values={withins}
          word={(one) => say(one === '' ? 'form.within.site' : `form.within.${one}`)}
          onChange={choose}
        />
      </div>
      {action === 'event' && (
        <TextInput
          label={say('form.popular.eventType')}
          description={say('form.popular.eventSays')}
          placeholder="wishlist.added"
          value={event ?? ''}
          onChange={(change) => onChange({ ...algorithm, event: change.currentTarget.value })}
        />
      )}
      {within !== undefined && 'item' in within && (
        <div className="form">
          <TextInput
            label={say('form.itemAttribute')}
            value={within.item}
            onChange={(event) => onChange({ ...algorithm, within: { ...within, item: event.currentTarget.value } })}
          />
          <TextInput
            label={say('form.personAttribute')}
            value={within.profile}
            onChange={(event) => onChange({ ...algorithm, within: { ...within, profile: event.currentTarget.value } })}
          />
        </div>
      )}
      {within !== undefined && 'visitors' in within && (
        <TagsInput
          label={say('form.personAttributes')}
          value={within.visitors}
          maxTags={10}
          onChange={(visitors) => onChange({ ...algorithm, within: { ...within, visitors } })}
        />
      )}
    </>
  );
}

function withinOf(within: Extract<Algorithm, { kind: 'popular' }>['within']): (typeof withins)[number] {
  if (within === undefined) return '';
  if ('category' in within) return within.category.from;
  return 'visitors' in within ? 'visitors' : 'attribute';
}

const bys = ['', 'item', 'current', 'favourite', 'attribute'] as const;

function CustomFields({ algorithm, onChange }: Props<'custom'>) {
  const { say } = useVoice();
  const lists = useQuery(customLists).data ?? [];
  const { by, list } = algorithm;
  const chosen = by === undefined ? '' : 'item' in by ? 'item' : 'category' in by ? by.category.from : 'attribute';
  const choose = (one: (typeof bys)[number]) => {
    const made = { kind: 'custom' as const, list };
    if (one === '') return onChange(made);
    if (one === 'item') return onChange({ ...made, by: { item: { from: 'current' } } });
    if (one === 'attribute') return onChange({ ...made, by: { attribute: 'profile.' } });
    return onChange({ ...made, by: { category: { from: one } } });
  };
  return (
    <>
      <div className="form">
        <DataChoice
          label={say('form.list')}
          none={say('form.noList')}
          value={list || null}
          data={lists.map(({ key, name }) => ({ value: key, label: name }))}
          onChange={(key) => onChange({ ...algorithm, list: key ?? '' })}
        />
        <Choice
          label={say('form.by')}
          value={chosen}
          values={bys}
          word={(one) => say(one === '' ? 'form.by.all' : `form.by.${one}`)}
          onChange={choose}
        />
      </div>
      {by !== undefined && 'item' in by && (
        <KeyFields choice={by.item} onChange={(item) => onChange({ ...algorithm, by: { item } })} />
      )}
      {by !== undefined && 'attribute' in by && (
        <TextInput
          label={say('form.attribute')}
          value={by.attribute}
          onChange={(event) => onChange({ ...algorithm, by: { attribute: event.currentTarget.value } })}
        />
      )}
    </>
  );
}

const mostMembers = 5;

function SequenceFields({ algorithm, onChange }: Props<'sequence'>) {
  const { say } = useVoice();
  const { members } = algorithm;
  const set = (next: typeof members) => onChange({ kind: 'sequence', members: next });
  return (
    <div className="stack-form">
      {members.map((member, index) => (
        <div key={index} className="member-row">
          <CriterionSelect
            label={say('form.member', { nth: index + 1 })}
            value={member.criterion}
            onChange={(criterion) => set(members.map((one, at) => (at === index ? { ...one, criterion } : one)))}
          />
          <NumberInput
            label={say('form.slots')}
            value={member.slots ?? ''}
            placeholder={say('form.slotsAll')}
            min={1}
            max={100}
            onChange={(value) => {
              const slots = typeof value === 'number' ? { slots: value } : {};
              set(members.map((one, at) => (at === index ? { criterion: one.criterion, ...slots } : one)));
            }}
          />
          <ActionIcon
            variant="subtle"
            color="control"
            size={36}
            aria-label={say('form.memberGone', { nth: index + 1 })}
            disabled={members.length === 1}
            onClick={() => set(members.filter((_, at) => at !== index))}
          >
            <IconX size={16} stroke={1.5} />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="xs"
        variant="default"
        className="fits"
        disabled={members.length >= mostMembers}
        onClick={() => set([...members, { criterion: 'popular' }])}
      >
        {say('form.memberMore')}
      </Button>
    </div>
  );
}
