import { Anchor, Skeleton, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconHandStop, IconRoute } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { JourneyRow, Overview } from '../../src/api/contract.ts';
import { clock, journeys, overview } from '../api/query.ts';
import { StatusBadge } from '../journey/StatusBadge.tsx';
import { Figure, PageHead, Panel } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { reasonWords } from '../ui/reason.ts';
import { useSaid } from '../ui/said.ts';
import { recipeWords } from '../words/words.ts';
import { useVoice } from '../ui/voice.tsx';
import { FirstSteps } from './FirstSteps.tsx';
import { NewShop } from './NewShop.tsx';
import { SinceYesterday } from './SinceYesterday.tsx';

export function HomePage() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(overview);
  if (error && !data) {
    return (
      <div className="page">
        <ProblemNote error={error} again={() => void refetch()} />
      </div>
    );
  }
  return (
    <div className="page">
      <PageHead title={say('home.title')} answer={data ? <Answer data={data} /> : <HeadSkeleton />} />
      {data?.demo && <FirstSteps shopUrl={data.shopUrl ?? '/shop'} />}
      {data && !data.demo && <NewShop overview={data} />}
      <SinceYesterday />
      {data && data.needHand.length > 0 && <NeedHand rows={data.needHand} />}
      <JourneyCards />
      <div className="split">
        <WhatNext />
        <ShopFigures data={data} />
      </div>
    </div>
  );
}

function Answer({ data }: { data: Overview }) {
  const { say } = useVoice();
  const people = data.inJourneys > 0 ? say('home.inJourneys', { count: data.inJourneys }) : say('home.nobody');
  const mails = data.sentToday > 0 ? say('home.sentToday', { count: data.sentToday }) : say('home.noneSent');
  return say('home.answer', { people, mails });
}

function HeadSkeleton() {
  const { say } = useVoice();
  return (
    <>
      <VisuallyHidden>{say('loading')}</VisuallyHidden>
      <Skeleton component="span" display="block" height={34} maw={520} />
    </>
  );
}

function NeedHand({ rows }: { rows: Overview['needHand'] }) {
  const { say } = useVoice();
  const words = useSaid();
  return (
    <Panel className="panel-harm" title={say('home.needHand')}>
      <ul className="plain-list">
        {rows.map((row) => (
          <li key={row.text}>
            <IconHandStop size={16} stroke={1.5} aria-hidden="true" />
            <Anchor href={row.link}>{words(row.said, row.text)}</Anchor>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function JourneyCards() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(journeys);
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) {
    return (
      <div className="cards">
        {[0, 1, 2].map((index) => (
          <Skeleton key={index} height={164} />
        ))}
      </div>
    );
  }
  if (data.length === 0) {
    return <Empty title={say('journeys.empty')} says={say('journeys.emptySays')} icon={<IconRoute stroke={1.5} />} />;
  }
  return (
    <section aria-label={say('home.journeys')}>
      <div className="cards">
        {data.slice(0, 6).map((row) => (
          <JourneyCard key={row.key} row={row} />
        ))}
      </div>
    </section>
  );
}

function JourneyCard({ row }: { row: JourneyRow }) {
  const { say, number, moneys } = useVoice();
  return (
    <Link to="/journeys/$key" params={{ key: row.key }} className="journey-card">
      <span className="journey-card-head">
        <b>{recipeWords(row.name, say)}</b>
        <StatusBadge status={row.status} />
      </span>
      <span className="quiet journey-card-says">{recipeWords(row.description, say)}</span>
      <span className="figures">
        <Figure value={number(row.active)} word={say('figure.here')} />
        <Figure value={number(row.sent)} word={say('figure.sent')} />
        <Figure value={number(row.orders)} word={say('figure.orders')} />
        <Figure value={moneys(row.revenue, true)} word={say('figure.revenue')} />
      </span>
    </Link>
  );
}

function WhatNext() {
  const words = useSaid();
  const { say, moment, number } = useVoice();
  const { data, error } = useQuery(clock);
  if (error && !data) return null;
  return (
    <Panel title={say('home.next')}>
      {!data && <Rows count={4} />}
      {data && data.next.length === 0 && data.held.length === 0 && <p className="quiet">{say('home.nextEmpty')}</p>}
      <ul className="next">
        {data?.next.map((row) => (
          <li key={`${row.at} ${row.text}`}>
            <span className="next-at">{moment(row.at)}</span>
            <span className="next-what">{words(row.said, row.text)}</span>
            <b>{number(row.count)}</b>
          </li>
        ))}
        {data?.held.map((row) => (
          <li key={`${row.reason} ${row.until}`}>
            <span className="next-at">
              {row.until === null ? '' : say('home.heldUntil', { time: moment(row.until) })}
            </span>
            <span className="next-what">
              {say('home.held')}: {reasonWords(row.reason, say)}
            </span>
            <b>{number(row.count)}</b>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function ShopFigures({ data }: { data: Overview | undefined }) {
  const { say, number } = useVoice();
  return (
    <Panel title={say('home.figures')}>
      {data ? (
        <div className="figures figures-two">
          <Figure value={number(data.people)} word={say('home.people')} />
          <Figure value={number(data.reachable)} word={say('home.reachable')} />
          <Figure value={number(data.items)} word={say('home.items')} />
          <Figure value={number(data.eventsToday)} word={say('home.eventsToday')} />
        </div>
      ) : (
        <Rows count={4} />
      )}
    </Panel>
  );
}
