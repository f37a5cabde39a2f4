import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ProfileDetail } from '../../src/api/contract.ts';
import { person, timeline } from '../api/query.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead, Panel, Picture } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { Unread } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Pair } from '../ui/Pair.tsx';
import { ConsentPanel } from './Consents.tsx';
import { HabitsPanel } from './Habits.tsx';
import { KnownPanel } from './Known.tsx';
import { Erased, PrivacyPanel } from './Privacy.tsx';
import { Timeline } from './Timeline.tsx';

/** One person: what they have, said and did, and what came of it. */
export function PersonPage() {
  const { id } = useParams({ from: '/people/$id' });
  const [gone, setGone] = useState<{ person: string; erasure: string } | null>(null);
  const erasure = gone?.person === id ? gone.erasure : null;
  const query = useQuery({ ...person(id), enabled: erasure === null });
  const { data } = query;
  if (erasure !== null) {
    return (
      <div className="page">
        <Erased id={erasure} />
      </div>
    );
  }
  if (!data) return <Unread query={query} />;
  return (
    <div className="page">
      <Head data={data} />
      <div className="person">
        <div className="person-side">
          <CartPanel data={data} />
          <ViewedPanel data={data} />
          <OrdersPanel data={data} />
          <ConsentPanel data={data} />
          <KnownPanel data={data} />
          <HabitsPanel data={data} />
          <PrivacyPanel data={data} onErased={(made) => setGone({ person: id, erasure: made })} />
        </div>
        <TimelinePanel id={id} />
      </div>
    </div>
  );
}

const nameOf = (data: ProfileDetail) => data.email ?? data.id.slice(0, 8);

function Head({ data }: { data: ProfileDetail }) {
  const { say, moment } = useVoice();
  const lines = data.cart.lines.reduce((sum, line) => sum + line.quantity, 0);
  const answer = say('person.answer', {
    cart: lines === 0 ? say('person.cartEmpty') : say('person.cart', { count: lines }),
    viewed: say('person.viewed', { count: data.viewed.length }),
    orders: say('person.orders', { count: data.orders.length }),
  });
  const seen =
    data.visits === 0
      ? [say('person.neverSeen', { time: moment(data.firstSeenAt) })]
      : [
          say('person.lastSeen', { time: moment(data.lastSeenAt) }),
          say('person.firstSeen', { time: moment(data.firstSeenAt) }),
        ];
  const note = (
    <>
      <b className="person-name">{nameOf(data)}</b> {seen.join(', ')}
    </>
  );
  return (
    <PageHead title={nameOf(data)} answer={answer} note={note}>
      <ButtonLink to="/recommendations/$key" params={{ key: 'for-you' }} search={{ person: data.id }} variant="default">
        {say('person.recommend')}
      </ButtonLink>
    </PageHead>
  );
}

function CartPanel({ data }: { data: ProfileDetail }) {
  const { say } = useVoice();
  return (
    <Panel title={say('person.cartTitle')}>
      {data.cart.lines.length === 0 && <p className="quiet">{say('person.cartEmpty')}.</p>}
      <ul className="things">
        {data.cart.lines.map((line) => (
          <li key={line.item}>
            <Picture url={line.imageUrl} name={line.name} />
            <span>{line.name}</span>
            <b>{say('person.times', { count: line.quantity })}</b>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function ViewedPanel({ data }: { data: ProfileDetail }) {
  const { say, moment } = useVoice();
  const shown = data.viewed.slice(0, 12);
  const more = data.viewed.length - shown.length;
  return (
    <Panel title={say('person.viewedTitle')}>
      {shown.length === 0 && <p className="quiet">{say('person.viewedNone')}</p>}
      <ul className="tiles">
        {shown.map((view) => (
          <li key={view.item} title={`${view.name}, ${moment(view.at)}`}>
            <Picture url={view.imageUrl} name={view.name} size={72} />
            <span className="tile-name">{view.name}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="quiet">{say('person.more', { count: more })}</p>}
    </Panel>
  );
}

function OrdersPanel({ data }: { data: ProfileDetail }) {
  const { say, moment, money } = useVoice();
  return (
    <Panel title={say('person.ordersTitle')}>
      {data.orders.length === 0 && <p className="quiet">{say('person.ordersNone')}</p>}
      <ul className="pairs">
        {data.orders.map((order) => (
          <Pair key={order.id} name={moment(order.at)} value={<b>{money(order.total)}</b>} note={order.id} />
        ))}
      </ul>
    </Panel>
  );
}

function TimelinePanel({ id }: { id: string }) {
  const { say } = useVoice();
  const { show } = useSearch({ from: '/people/$id' });
  const navigate = useNavigate({ from: '/people/$id' });
  const { data, error, refetch } = useQuery(timeline(id));
  const journeysOnly = show === 'journeys';
  const filter = (
    <SegmentedControl
      size="xs"
      value={journeysOnly ? 'journeys' : 'all'}
      aria-label={say('person.timeline')}
      data={[
        { value: 'all', label: say('person.all') },
        { value: 'journeys', label: say('person.onlyJourneys') },
      ]}
      onChange={(value) => void navigate({ search: { show: value === 'journeys' ? value : undefined }, replace: true })}
    />
  );
  return (
    <Panel title={say('person.timeline')} aside={filter} className="person-main">
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={10} />}
      {data && <Timeline entries={journeysOnly ? data.filter((entry) => entry.kind !== 'event') : data} />}
    </Panel>
  );
}
