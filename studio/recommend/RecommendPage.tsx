import { NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { IconSparkles } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { RecommendationAnswer, RecommendedItem } from '../../src/api/contract.ts';
import { people, person, recommendation } from '../api/query.ts';
import { PageHead, Panel, Picture } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { roughly } from '../ui/format.ts';
import { useVoice } from '../ui/voice.tsx';

const criteria = ['cart-based', 'recently-viewed', 'viewed-together', 'popular', 'top-sellers'] as const;
type Criterion = (typeof criteria)[number];

interface Search {
  criterion?: string | undefined;
  person?: string | undefined;
  item?: string | undefined;
  cart?: string | undefined;
}

const known = (text: string | undefined): Criterion => criteria.find((one) => one === text) ?? 'recently-viewed';

/** What would be shown to whom, and why: any criterion for any person, cart or item. */
export function RecommendPage() {
  const { say } = useVoice();
  const search: Search = useSearch({ from: '/recommendations' });
  const [limit, setLimit] = useState(4);
  const criterion = known(search.criterion);
  const cart = search.cart?.split(',').filter(Boolean) ?? [];
  const [item] = useDebouncedValue(search.item ?? '', 250);
  const needsItem = criterion === 'viewed-together' && item === '';
  return (
    <div className="page">
      <PageHead
        title={say('recommend.title')}
        answer={say('recommend.answer')}
        note={say(`recommend.says.${criterion}`)}
      />
      <Form search={search} criterion={criterion} cart={cart} limit={limit} onLimit={setLimit} />
      {needsItem ? (
        <Empty
          title={say('recommend.needItem')}
          says={say('recommend.needItemSays')}
          icon={<IconSparkles stroke={1.5} />}
        />
      ) : (
        <Answer
          request={{
            criterion,
            limit,
            ...(search.person ? { profileId: search.person } : {}),
            ...(cart.length > 0 ? { cart } : {}),
            ...(criterion === 'viewed-together' ? { item } : {}),
          }}
        />
      )}
    </div>
  );
}

interface FormProps {
  search: Search;
  criterion: Criterion;
  cart: string[];
  limit: number;
  onLimit: (limit: number) => void;
}

function Form({ search, criterion, cart, limit, onLimit }: FormProps) {
  const { say } = useVoice();
  const navigate = useNavigate({ from: '/recommendations' });
  const put = (change: Search) =>
    void navigate({
      search: (before) => ({
        criterion: before.criterion,
        person: before.person,
        item: before.item,
        cart: before.cart,
        ...change,
      }),
      replace: true,
    });
  return (
    <Panel className="form">
      <Select
        label={say('recommend.criterion')}
        value={criterion}
        allowDeselect={false}
        data={criteria.map((value) => ({ value, label: say(`recommend.${value}`) }))}
        onChange={(value) => put({ criterion: value ?? undefined })}
      />
      <PersonSelect chosen={search.person ?? null} onChoose={(id) => put({ person: id ?? undefined })} />
      {criterion === 'viewed-together' ? (
        <TextInput
          label={say('recommend.item')}
          description={say('recommend.itemSays')}
          inputWrapperOrder={['label', 'input', 'description']}
          value={search.item ?? ''}
          onChange={(event) => put({ item: event.currentTarget.value || undefined })}
        />
      ) : (
        <TagsInput
          label={say('recommend.cart')}
          description={say('recommend.cartSays')}
          inputWrapperOrder={['label', 'input', 'description']}
          value={cart}
          splitChars={[',', ' ']}
          onChange={(ids) => put({ cart: ids.join(',') || undefined })}
        />
      )}
      <NumberInput
        label={say('recommend.limit')}
        value={limit}
        min={1}
        max={24}
        clampBehavior="strict"
        onChange={(value) => onLimit(typeof value === 'number' && value >= 1 ? value : 1)}
      />
    </Panel>
  );
}

function PersonSelect({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string | null) => void }) {
  const { say } = useVoice();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed, 200);
  const found = useQuery(people(settled)).data?.people ?? [];
  const profile = useQuery({ ...person(chosen ?? ''), enabled: chosen !== null }).data;
  const own = chosen === null ? [] : [{ value: chosen, label: profile?.email ?? chosen.slice(0, 8) }];
  const others = found.filter((row) => row.id !== chosen).map((row) => ({ value: row.id, label: row.label }));
  return (
    <Select
      label={say('recommend.person')}
      placeholder={say('recommend.anybody')}
      description={say('recommend.findPerson')}
      inputWrapperOrder={['label', 'input', 'description']}
      searchable
      clearable
      value={chosen}
      data={[...own, ...others.slice(0, 20)]}
      filter={({ options }) => options}
      onSearchChange={setTyped}
      onChange={onChoose}
    />
  );
}

function Answer({ request }: { request: Parameters<typeof recommendation>[0] }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(recommendation(request));
  if (error) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={6} height={48} />;
  return (
    <>
      {data.cart.length > 0 && <CartLines cart={data.cart} />}
      {data.items.length === 0 ? (
        <Empty title={say('recommend.empty')} says={say('recommend.emptySays')} icon={<IconSparkles stroke={1.5} />} />
      ) : (
        <>
          <ul className="offers" aria-live="polite">
            {data.items.map((item) => (
              <Offer key={item.id} item={item} />
            ))}
          </ul>
          <p className="quiet">
            {say('recommend.filled', { count: data.count, ...data.filledBy })}{' '}
            {say('recommend.age', { time: roughly(data.age, say) })}
          </p>
        </>
      )}
    </>
  );
}

function CartLines({ cart }: { cart: RecommendationAnswer['cart'] }) {
  const { say } = useVoice();
  return (
    <Panel title={say('recommend.cartLines')}>
      <ul className="things things-row">
        {cart.map((line) => (
          <li key={line.id}>
            <Picture url={line.imageUrl} name={line.name} />
            <span>
              {line.name}
              {!line.inStock && <span className="text-harm"> · {say('recommend.notInStock')}</span>}
            </span>
            <b>{say('person.times', { count: line.quantity })}</b>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Offer({ item }: { item: RecommendedItem }) {
  const { say, money } = useVoice();
  return (
    <li className="offer">
      <Picture url={item.imageUrl} name={item.name} size={168} />
      <span className="offer-words">
        <span className="offer-top">
          <span className="quiet">{item.rank}</span>
          <span className={`chip source-${item.source}`}>{say(`recommend.source.${item.source}`)}</span>
        </span>
        <b>{item.name}</b>
        {item.price !== null && item.currency !== null && (
          <span>{money({ amount: item.price, currency: item.currency })}</span>
        )}
        <span className="offer-reason">{item.reason}</span>
        <span className="quiet">
          {item.because.map((evidence) => (
            <span key={`${evidence.key} ${evidence.algorithm}`} className="offer-because">
              {evidence.key === null
                ? say('recommend.becauseAll', { algorithm: evidence.algorithm, count: evidence.count })
                : say('recommend.because', { algorithm: evidence.algorithm, count: evidence.count, key: evidence.key })}
            </span>
          ))}
        </span>
      </span>
    </li>
  );
}
