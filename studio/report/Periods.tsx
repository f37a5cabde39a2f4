import { SegmentedControl, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PeriodsView } from '../../src/api/contract-measured.ts';
import { clock } from '../api/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import type { Key } from '../words/words.ts';
import { periods } from './query.ts';
import { growthOf, spanOf } from './span.ts';

type Figure = Exclude<keyof PeriodsView['now'], 'from' | 'until'>;

/** What is compared, in the order of a mail's way, and how it is written. */
const rows: [Figure, Key, 'count' | 'money'][] = [
  ['planned', 'reports.row.planned', 'count'],
  ['heldOut', 'reports.row.heldOut', 'count'],
  ['excluded', 'reports.row.excluded', 'count'],
  ['accepted', 'reports.row.accepted', 'count'],
  ['clickedByPeople', 'reports.row.clicked', 'count'],
  ['creditedOrders', 'reports.row.orders', 'count'],
  ['creditedRevenue', 'reports.row.revenue', 'money'],
  ['treatedEach', 'reports.row.treatedEach', 'money'],
  ['controlEach', 'reports.row.controlEach', 'money'],
];
const lengths = [7, 28, 90] as const;

/** The last days beside as many before. */
export function Periods({ journeyKey }: { journeyKey: string }) {
  const { say, number, money, percent, day } = useVoice();
  const [days, setDays] = useState<number>(28);
  const now = useQuery(clock).data?.now ?? null;
  const span = spanOf(now ?? new Date(0).toISOString(), days);
  const { data, error, refetch } = useQuery({ ...periods(journeyKey, span), enabled: now !== null });
  const write = (value: number | null, as: 'count' | 'money') => {
    if (value === null) return '–';
    return as === 'count' ? number(value) : money({ amount: value, currency: data!.currency }, true);
  };
  const grown = (name: Figure, as: 'count' | 'money') => {
    const change = growthOf(data!.now[name], data!.before[name], as === 'count');
    if (change.as === 'none') return '–';
    const size = Math.abs(change.by);
    const sign = change.by > 0 ? '+' : '−';
    if (change.as === 'share') return `${sign}${percent(size)}`;
    return (
      <>
        {sign}
        {write(size, as)} <span className="quiet report-aside">{say(`reports.change.${change.as}`)}</span>
      </>
    );
  };
  return (
    <Panel
      title={say('reports.periods')}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={say('reports.length')}
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          data={lengths.map((length) => ({ value: String(length), label: say('reports.days', { count: length }) }))}
        />
      }
    >
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={4} />}
      {data && (
        <div className="table table-bare">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>
                  <span className="quiet">{say('reports.since', { day: day(data.now.from) })}</span>
                </Table.Th>
                <Table.Th className="number">{say('reports.now')}</Table.Th>
                <Table.Th className="number wide-only">{say('reports.before')}</Table.Th>
                <Table.Th className="number">{say('reports.change')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(([name, word, as]) => (
                <Table.Tr key={name}>
                  <Table.Td>{say(word)}</Table.Td>
                  <Table.Td className="number">{write(data.now[name], as)}</Table.Td>
                  <Table.Td className="number wide-only">{write(data.before[name], as)}</Table.Td>
                  <Table.Td className="number">{grown(name, as)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <p className="quiet">{say('reports.periodsSay')}</p>
    </Panel>
  );
}
