import { Button, SegmentedControl, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconMailOff } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { LedgerPage, LedgerView } from '../../src/api/contract-ledger.ts';
import { journeys } from '../api/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { Panel } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { reasonWords } from '../ui/reason.ts';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { ledgerMessages, pageSize } from './query.ts';
import { decisionKey } from './story.ts';

const shown = ['all', 'in_doubt', 'quarantined'] as const;

/** Single mails of the ledger, the newest plan first: all, those in doubt, those in quarantine, or of one state and reason. */
export function Messages({ doubt }: { doubt: LedgerView['doubt'] }) {
  const { say, frame } = useVoice();
  const search = useSearch({ from: '/ledger' });
  const navigate = useNavigate({ from: '/ledger' });
  const { data, error, refetch } = useQuery(ledgerMessages(search, frame.now));
  const choose = (state: string) =>
    void navigate({
      search: (before) => ({
        ...before,
        after: undefined,
        reason: undefined,
        state: state === 'all' ? undefined : state,
      }),
      replace: true,
    });
  const isOwn = shown.every((state) => state !== (search.state ?? 'all'));
  const reason = search.reason === undefined ? '' : `: ${reasonWords(search.reason, say)}`;
  return (
    <Panel
      title={say('ledger.mails')}
      aside={
        <SegmentedControl
          size="xs"
          value={isOwn ? '' : (search.state ?? 'all')}
          data={shown.map((state) => ({
            value: state,
            label: state === 'all' ? say('person.all') : say(`ledger.state.${state}`),
          }))}
          onChange={choose}
        />
      }
    >
      {search.state === 'in_doubt' && <p className="quiet">{say('ledger.doubtSays', { ...doubt })}</p>}
      {search.state === 'quarantined' && <p className="quiet">{say('ledger.quarantineSays')}</p>}
      {isOwn && (
        <p className="actions">
          <span>
            {say(`ledger.state.${search.state as 'held'}`)}
            {reason}
          </span>
          <Button size="xs" variant="default" onClick={() => choose('all')}>
            {say('ledger.showAll')}
          </Button>
        </p>
      )}
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows />}
      {data && <Listed page={data} />}
    </Panel>
  );
}

function Listed({ page: { messages, next } }: { page: LedgerPage }) {
  const { say } = useVoice();
  const search = useSearch({ from: '/ledger' });
  const navigate = useNavigate({ from: '/ledger' });
  const to = (after: string | undefined) => void navigate({ search: (before) => ({ ...before, after }) });
  if (messages.length === 0 && search.after === undefined)
    return <Empty title={say('ledger.none')} says={say('ledger.noneSays')} icon={<IconMailOff stroke={1.5} />} />;
  return (
    <>
      <Mails rows={messages} />
      <div className="pager">
        <Button size="xs" variant="default" disabled={search.after === undefined} onClick={() => to(undefined)}>
          {say('ledger.newest')}
        </Button>
        <span className="quiet">{say('ledger.page', { count: messages.length })}</span>
        <Button
          size="xs"
          variant="default"
          disabled={next === null || messages.length < pageSize}
          onClick={() => to(next ?? undefined)}
        >
          {say('ledger.older')}
        </Button>
      </div>
    </>
  );
}

function Mails({ rows }: { rows: LedgerPage['messages'] }) {
  const { say, moment } = useVoice();
  const { data = [] } = useQuery(journeys);
  const nameOf = (key: string) => recipeWords(data.find((row) => row.key === key)?.name ?? key, say);
  return (
    <div className="table table-bare">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('ledger.planned')}</Table.Th>
            <Table.Th>{say('ledger.isNow')}</Table.Th>
            <Table.Th className="wide-only">{say('search.journey')}</Table.Th>
            <Table.Th className="number wide-only">{say('ledger.attempts')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td className="main-cell">
                <TextLink to="/ledger/$id" params={{ id: row.id }}>
                  {moment(row.plannedAt)}
                </TextLink>
                <span className="quiet narrow-only">{nameOf(row.journey)}</span>
                {(row.test || row.class === 'proof') && (
                  <span className="quiet">{say(row.class === 'proof' ? 'ledger.class.proof' : 'ledger.test')}</span>
                )}
              </Table.Td>
              <Table.Td>
                {say(`ledger.state.${row.state}`)}
                {row.reason !== null && <span className="quiet ledger-reason">{reasonWords(row.reason, say)}</span>}
                {row.state === 'in_doubt' && <span className="quiet ledger-reason">{say(decisionKey(row.class))}</span>}
              </Table.Td>
              <Table.Td className="main-cell wide-only">
                {nameOf(row.journey)}
                <span className="quiet">{row.activity}</span>
              </Table.Td>
              <Table.Td className="number wide-only">{row.attempts}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
