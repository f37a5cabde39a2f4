import { Table, UnstyledButton } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { IconArrowDown, IconMail, IconMailOff, IconSearch, IconUsers } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { PersonRow } from '../../src/api/contract.ts';
import { overview, people } from '../api/query.ts';
import { Address } from '../ui/Address.tsx';
import { PageHead, ShopLink } from '../ui/Page.tsx';
import { FilterField, NoneMatch } from '../ui/Filter.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type SortColumn, isSortColumn, sortPeople } from './sort.ts';

export function PeoplePage() {
  const { say } = useVoice();
  const { q = '' } = useSearch({ from: '/people' });
  const navigate = useNavigate({ from: '/people' });
  const [typed, setTyped] = useState(q);
  const find = useDebouncedCallback((text: string) => {
    void navigate({ search: (before) => ({ ...before, q: text.trim() || undefined }), replace: true });
  }, 200);
  const { data, error, refetch } = useQuery(people(q));
  const search = (text: string) => {
    setTyped(text);
    find(text);
  };
  const nobody = data?.people.length === 0;
  return (
    <div className="page">
      <PageHead title={say('people.title')} answer={<Answer />} />
      <FilterField word={say('people.search')} value={typed} onChange={search} />
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={8} />}
      {nobody && q === '' && (
        <Empty title={say('people.empty')} says={say('people.emptySays')} icon={<IconUsers stroke={1.5} />}>
          <ShopLink />
        </Empty>
      )}
      {nobody && q !== '' && (
        <NoneMatch
          title={say('people.noneMatch', { query: q })}
          says={say('people.noneMatchSays')}
          icon={<IconSearch stroke={1.5} />}
          onClear={() => search('')}
        />
      )}
      {data && !nobody && <PeopleTable rows={data.people} />}
      {data && data.left > 0 && (
        <p className="quiet table-left">{say(data.more ? 'people.leftMore' : 'people.left', { count: data.left })}</p>
      )}
    </div>
  );
}

function Answer() {
  const { say } = useVoice();
  const { data } = useQuery(overview);
  if (!data) return say('people.title');
  return `${say('people.answer', { count: data.people })}; ${say('people.reachable', { count: data.reachable })}.`;
}

const columns = [
  { column: 'lastSeen', word: 'people.lastSeen', look: 'number' },
  { column: 'cart', word: 'people.cart', look: 'number' },
  { column: 'viewed', word: 'people.viewed', look: 'number wide-only' },
  { column: 'orders', word: 'people.orders', look: 'number wide-only' },
] as const;

function PeopleTable({ rows }: { rows: PersonRow[] }) {
  const { say, moment, number } = useVoice();
  const { sort } = useSearch({ from: '/people' });
  const navigate = useNavigate({ from: '/people' });
  const by: SortColumn = isSortColumn(sort) ? sort : 'lastSeen';
  const sortBy = (column: SortColumn) =>
    void navigate({
      search: (before) => ({ ...before, sort: column === 'lastSeen' ? undefined : column }),
      replace: true,
    });
  return (
    <div className="table">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('people.name')}</Table.Th>
            {columns.map(({ column, word, look }) => (
              <Table.Th key={column} className={look} aria-sort={column === by ? 'descending' : 'none'}>
                <UnstyledButton
                  className="sort"
                  aria-label={say('people.sortBy', { column: say(word) })}
                  onClick={() => sortBy(column)}
                >
                  {column === by && <IconArrowDown size={14} stroke={1.5} aria-hidden="true" />}
                  {say(word)}
                </UnstyledButton>
              </Table.Th>
            ))}
            <Table.Th className="wide-only">{say('people.mail')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sortPeople(rows, by).map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td className="main-cell">
                <Link to="/people/$id" params={{ id: row.id }} className="row-link">
                  <Address text={row.label} />
                </Link>
                {row.email !== null && row.email !== row.label && (
                  <span className="quiet">
                    <Address text={row.email} />
                  </span>
                )}
              </Table.Td>
              <Table.Td className="number">{moment(row.lastSeenAt)}</Table.Td>
              <Table.Td className="number">{number(row.cartItems)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.viewed)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.orders)}</Table.Td>
              <Table.Td className="wide-only">
                <Reach reachable={row.reachable} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

export function Reach({ reachable }: { reachable: boolean }) {
  const { say } = useVoice();
  const Icon = reachable ? IconMail : IconMailOff;
  return (
    <span className={reachable ? 'status status-live' : 'status status-closed'}>
      <Icon size={14} stroke={1.5} aria-hidden="true" />
      {say(reachable ? 'people.mayMail' : 'people.mayNotMail')}
    </span>
  );
}
