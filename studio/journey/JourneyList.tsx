import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconRoute } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { JourneyRow } from '../../src/api/contract.ts';
import { journeys } from '../api/query.ts';
import { PageHead } from '../ui/Page.tsx';
import { FilterField } from '../ui/Filter.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { recipeWords } from '../words/words.ts';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { NewJourney } from './NewJourney.tsx';
import { StatusBadge } from './StatusBadge.tsx';

export function JourneyList() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(journeys);
  const { q = '' } = useSearch({ from: '/journeys' });
  const navigate = useNavigate({ from: '/journeys' });
  const shown =
    data?.filter((row) => recipeWords(row.name, say).toLocaleLowerCase().includes(q.toLocaleLowerCase())) ?? [];
  return (
    <div className="page">
      <PageHead title={say('journeys.title')} answer={data ? <Answer rows={data} /> : undefined}>
        <May ask="journeys">
          <NewJourney />
        </May>
      </PageHead>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows />}
      {data?.length === 0 && (
        <Empty title={say('journeys.empty')} says={say('journeys.emptySays')} icon={<IconRoute stroke={1.5} />} />
      )}
      {data && data.length > 0 && (
        <>
          <FilterField
            word={say('journeys.filter')}
            value={q}
            onChange={(text) => void navigate({ search: { q: text || undefined }, replace: true })}
          />
          {shown.length === 0 && <p className="quiet">{say('journeys.noneMatch', { query: q })}</p>}
          {shown.length > 0 && <JourneyTable rows={shown} />}
        </>
      )}
    </div>
  );
}

function Answer({ rows }: { rows: JourneyRow[] }) {
  const { say } = useVoice();
  const live = rows.filter((row) => row.status === 'live').length;
  const drafts = rows.filter((row) => row.status === 'draft').length;
  const first = live > 0 ? say('journeys.answer', { count: live }) : say('journeys.noneLive');
  return drafts > 0 ? `${first}; ${say('journeys.drafts', { count: drafts })}.` : `${first}.`;
}

function JourneyTable({ rows }: { rows: JourneyRow[] }) {
  const { say, number, moneys } = useVoice();
  return (
    <div className="table">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('journeys.name')}</Table.Th>
            <Table.Th>{say('journeys.status')}</Table.Th>
            <Table.Th className="number">{say('figure.here')}</Table.Th>
            <Table.Th className="number wide-only">{say('figure.entered')}</Table.Th>
            <Table.Th className="number wide-only">{say('figure.sent')}</Table.Th>
            <Table.Th className="number wide-only">{say('figure.heldOut')}</Table.Th>
            <Table.Th className="number wide-only">{say('figure.orders')}</Table.Th>
            <Table.Th className="number">{say('figure.revenue')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td className="main-cell">
                <Link to="/journeys/$key" params={{ key: row.key }} className="row-link">
                  {recipeWords(row.name, say)}
                </Link>
                <span className="quiet wide-only">{recipeWords(row.description, say)}</span>
              </Table.Td>
              <Table.Td>
                <StatusBadge status={row.status} />
              </Table.Td>
              <Table.Td className="number">{number(row.active)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.entered)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.sent)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.heldOut)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.orders)}</Table.Td>
              <Table.Td className="number">{moneys(row.revenue, true)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
