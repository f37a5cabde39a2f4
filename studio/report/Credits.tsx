import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CreditsView, ItemsView } from '../../src/api/contract-measured.ts';
import { report } from '../api/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Files } from './Files.tsx';
import { credits, items } from './query.ts';

/** Most lines that are shown at once; the file has all. */
const most = 30;

/** What other rules would credit the journey with, and which items and places of its mails the orders came by. */
export function Credits({ journeyKey }: { journeyKey: string }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(credits(journeyKey));
  const clicked = useQuery(items(journeyKey));
  const currency = useQuery(report(journeyKey)).data?.currency ?? 'EUR';
  return (
    <>
      <Panel title={say('reports.rules')}>
        {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
        {!data && !error && <Rows count={3} />}
        {data && <RuleTable rows={data} currency={currency} />}
        <p className="quiet">{say('reports.rulesSay')}</p>
        {data && <Files to={`/v1/journeys/${encodeURIComponent(journeyKey)}/report/credits/file?`} />}
      </Panel>
      <Panel title={say('reports.items')}>
        {clicked.error && !clicked.data && <ProblemNote error={clicked.error} again={() => void clicked.refetch()} />}
        {!clicked.data && !clicked.error && <Rows count={3} />}
        {clicked.data?.length === 0 && <p className="quiet">{say('reports.noItems')}</p>}
        {clicked.data && clicked.data.length > 0 && (
          <>
            <ItemTable rows={clicked.data} currency={currency} />
            <Files to={`/v1/journeys/${encodeURIComponent(journeyKey)}/report/items/file?`} />
          </>
        )}
      </Panel>
    </>
  );
}

const wordOf = (model: string) =>
  model === 'any' ? 'reports.any' : model === 'first' ? 'reports.first' : 'reports.last';

function RuleTable({ rows, currency }: { rows: CreditsView['credits']; currency: string }) {
  const { say, number, money } = useVoice();
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th className="number">{say('reports.row.orders')}</Table.Th>
            <Table.Th className="number">{say('reports.row.revenue')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ model, days, orders, revenue }) => (
            <Table.Tr key={`${model} ${days}`}>
              <Table.Td>{say(wordOf(model), { count: days })}</Table.Td>
              <Table.Td className="number">{number(orders)}</Table.Td>
              <Table.Td className="number">{money({ amount: revenue, currency }, true)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function ItemTable({ rows, currency }: { rows: ItemsView['items']; currency: string }) {
  const { say, number, money } = useVoice();
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('reports.item')}</Table.Th>
            <Table.Th className="number">{say('reports.place')}</Table.Th>
            <Table.Th className="wide-only">{say('reports.by.criterion')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.row.accepted')}</Table.Th>
            <Table.Th className="number">{say('reports.clicked')}</Table.Th>
            <Table.Th className="number">{say('reports.row.orders')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.withIt')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.row.revenue')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, most).map((row) => (
            <Table.Tr key={`${row.item} ${row.position} ${row.criterion}`}>
              <Table.Td>{row.name}</Table.Td>
              <Table.Td className="number">{row.position === null ? '–' : number(row.position)}</Table.Td>
              <Table.Td className="wide-only">{row.criterion || '–'}</Table.Td>
              <Table.Td className="number wide-only">{number(row.shown)}</Table.Td>
              <Table.Td className="number">{number(row.clicks)}</Table.Td>
              <Table.Td className="number">{number(row.orders)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.ordersWithIt)}</Table.Td>
              <Table.Td className="number wide-only">{money({ amount: row.revenue, currency }, true)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
