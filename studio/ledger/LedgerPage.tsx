import './ledger.css';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { journeys } from '../api/query.ts';
import { PageHead } from '../ui/Page.tsx';
import { Unread } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { Messages } from './Messages.tsx';
import { Pace } from './Pace.tsx';
import { Sums } from './Sums.tsx';
import { Held, Switch } from './Switch.tsx';
import { type LedgerSearch, ledger } from './query.ts';

/** What became of every mail that was planned, in sums that add up; single mails; and what holds mail back. */
export function LedgerPage() {
  const { say, number, frame } = useVoice();
  const search = useSearch({ from: '/ledger' });
  const query = useQuery(ledger(search, frame.now));
  const { data } = query;
  if (!data) return <Unread query={query} />;
  const doubt = data.states['in_doubt'] ?? 0;
  const answer = [
    say('ledger.answer', { count: data.total }),
    say('ledger.left', { number: number(data.states['accepted'] ?? 0) }),
    ...(doubt > 0 ? [say('ledger.doubt', { count: doubt })] : []),
  ].join('; ');
  return (
    <div className="page">
      <PageHead title={say('nav.ledger')} answer={`${answer}.`} note={say('ledger.note')}>
        <Switch state={data.sending} />
      </PageHead>
      <Held state={data.sending} />
      <Filters />
      <div className="split">
        <Sums data={data} />
        <Pace />
      </div>
      <Messages doubt={data.doubt} />
    </div>
  );
}

function Filters() {
  const { say } = useVoice();
  const search = useSearch({ from: '/ledger' });
  const navigate = useNavigate({ from: '/ledger' });
  const { data = [] } = useQuery(journeys);
  const change = (more: Partial<LedgerSearch>) =>
    void navigate({ search: (before) => ({ ...before, after: undefined, ...more }), replace: true });
  return (
    <div className="filters">
      <Select
        aria-label={say('search.journey')}
        placeholder={say('stuck.allJourneys')}
        data={data.map(({ key, name }) => ({ value: key, label: recipeWords(name, say) }))}
        value={search.journey ?? null}
        clearable
        searchable
        clearButtonProps={{ 'aria-label': say('stuck.allJourneys') }}
        onChange={(key) => change({ journey: key ?? undefined })}
      />
      <Select
        aria-label={say('ledger.class')}
        placeholder={say('ledger.allClasses')}
        data={(['marketing', 'transactional'] as const).map((value) => ({
          value,
          label: say(`ledger.class.${value}`),
        }))}
        value={search.class ?? null}
        clearable
        clearButtonProps={{ 'aria-label': say('ledger.allClasses') }}
        onChange={(kind) => change({ class: kind ?? undefined })}
      />
      <Select
        aria-label={say('ledger.span')}
        placeholder={say('ledger.allTime')}
        data={[1, 7, 30].map((days) => ({ value: String(days), label: say('ledger.days', { count: days }) }))}
        value={search.days === undefined ? null : String(search.days)}
        clearable
        clearButtonProps={{ 'aria-label': say('ledger.allTime') }}
        onChange={(days) => change({ days: days === null ? undefined : Number(days) })}
      />
    </div>
  );
}
