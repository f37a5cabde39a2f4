import './home.css';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { JourneyReport, JourneyRow } from '../../src/api/contract.ts';
import { journeys, report } from '../api/query.ts';
import { claimOf } from '../journey/Caused.tsx';
import { ledger } from '../ledger/query.ts';
import { Figure, Panel } from '../ui/Page.tsx';
import { useSaid } from '../ui/said.ts';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';

/** What the journeys caused, and what became of the mails of the last day. */
export function SinceYesterday() {
  const { data = [] } = useQuery(journeys);
  const live = data.filter(({ status }) => status === 'live').slice(0, 6);
  if (live.length === 0) return null;
  return (
    <div className="split">
      <WhatTheyCaused rows={live} />
      <LastDay />
    </div>
  );
}

function WhatTheyCaused({ rows }: { rows: readonly JourneyRow[] }) {
  const { say } = useVoice();
  const reports = useQueries({
    queries: rows.map(({ key }) => ({ ...report(key), refetchInterval: 60_000, staleTime: 30_000 })),
  });
  return (
    <Panel title={say('home.caused')}>
      <ul className="caused-rows">
        {rows.map(({ key, name }, place) => (
          <li key={key}>
            <Link to="/journeys/$key" params={{ key }}>
              {recipeWords(name, say)}
            </Link>
            <Claim report={reports[place]?.data} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Claim({ report: of }: { report: JourneyReport | undefined }) {
  const { say, money } = useVoice();
  const words = useSaid();
  if (!of) return <span className="quiet">{say('loading')}</span>;
  const { caused, currency } = of;
  return (
    <span>
      <b>{claimOf(caused, (amount) => money({ amount, currency }, true), say)}</b>
      {caused.word === 'too early' && <span className="quiet path-says">{words(caused.said[0], caused.why)}</span>}
    </span>
  );
}

function LastDay() {
  const { say, number, frame } = useVoice();
  const { data } = useQuery({ ...ledger({ days: 1 }, frame.now), refetchInterval: 60_000 });
  const count = (...states: string[]) => states.reduce((sum, state) => sum + (data?.states[state] ?? 0), 0);
  return (
    <Panel title={say('home.lastDay')}>
      <div className="figures figures-two">
        <Figure value={number(data?.total ?? 0)} word={say('home.lastDay.planned')} />
        <Figure value={number(count('accepted'))} word={say('home.lastDay.left')} />
        <Figure value={number(data?.heldOut ?? 0)} word={say('figure.heldOut')} />
        <Figure value={number(count('in_doubt', 'abandoned'))} word={say('home.lastDay.doubt')} />
      </div>
      <p className="quiet">
        <Link to="/ledger" search={{ days: 1 }}>
          {say('home.lastDay.ledger')}
        </Link>
      </p>
    </Panel>
  );
}
