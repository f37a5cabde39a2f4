import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconDatabaseImport } from '@tabler/icons-react';
import { ButtonLink, TextLink } from '../ui/Link.tsx';
import { Link } from '@tanstack/react-router';
import { PageHead } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { FeedDot } from './FeedDot.tsx';
import { feeds } from './query.ts';
import type { FeedView } from '../../src/api/contract-feed.ts';

/** All feeds with how they stand. */
export function FeedList() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(feeds);
  return (
    <div className="page">
      <PageHead title={say('feeds.title')} answer={<Answer rows={data} />} note={say('feeds.note')}>
        <NewLink />
      </PageHead>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={3} />}
      {data?.length === 0 && (
        <Empty title={say('feeds.empty')} says={say('feeds.emptySays')} icon={<IconDatabaseImport stroke={1.5} />}>
          <NewLink />
        </Empty>
      )}
      {data && data.length > 0 && <FeedTable rows={data} />}
    </div>
  );
}

function NewLink() {
  const { say } = useVoice();
  return (
    <May ask="items">
      <ButtonLink to="/feeds/$key" params={{ key: '+' }}>
        {say('feeds.new')}
      </ButtonLink>
    </May>
  );
}

function Answer({ rows }: { rows: FeedView[] | undefined }) {
  const { say } = useVoice();
  if (!rows) return say('feeds.title');
  if (rows.length === 0) return say('feeds.none');
  const hands = rows.filter(({ dot }) => dot === 'red' || dot === 'yellow').length;
  const count = say('feeds.answer', { count: rows.length });
  return hands === 0 ? `${count}.` : `${count}; ${say('feeds.hand', { count: hands })}.`;
}

function FeedTable({ rows }: { rows: FeedView[] }) {
  const { say, number, moment } = useVoice();
  return (
    <div className="table">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('feeds.name')}</Table.Th>
            <Table.Th>{say('feeds.status')}</Table.Th>
            <Table.Th className="number">{say('feeds.items')}</Table.Th>
            <Table.Th className="number wide-only">{say('feed.refused')}</Table.Th>
            <Table.Th className="number wide-only">{say('feeds.last')}</Table.Th>
            <Table.Th className="number wide-only">{say('feeds.next')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td className="main-cell">
                <Link to="/feeds/$key" params={{ key: row.key }} className="row-link">
                  {row.name}
                </Link>
                <span className="quiet">{row.url ? new URL(row.url).host : say('feeds.byHand')}</span>
              </Table.Td>
              <Table.Td>
                <FeedDot feed={row} />
              </Table.Td>
              <Table.Td className="number">
                <b>{number(row.items)}</b>
              </Table.Td>
              <Table.Td className="number wide-only">
                {row.last && row.last.counts.refused > 0 ? (
                  <TextLink to="/feeds/$key" params={{ key: row.key }} className="text-harm">
                    {number(row.last.counts.refused)}
                  </TextLink>
                ) : (
                  '–'
                )}
              </Table.Td>
              <Table.Td className="number wide-only">{row.last ? moment(row.last.startedAt) : '–'}</Table.Td>
              <Table.Td className="number wide-only">{row.nextDue ? moment(row.nextDue) : '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
