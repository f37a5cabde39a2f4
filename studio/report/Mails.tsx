import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FunnelLine } from '../../src/api/contract-report.ts';
import { report } from '../api/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { By } from './By.tsx';
import { Files } from './Files.tsx';
import { Opens } from './Opens.tsx';
import { mailGroups, mails, type MailGroup } from './query.ts';

/** Most groups that are shown at once; the file has all. */
const most = 60;

/** The mails of a journey, told apart in one of several ways; each line adds up. */
export function Mails({ journeyKey }: { journeyKey: string }) {
  const { say } = useVoice();
  const [by, setBy] = useState<MailGroup>('day');
  const { data, error, refetch } = useQuery(mails(journeyKey, by));
  const rows = (by === 'day' ? data?.toReversed() : data) ?? [];
  return (
    <Panel title={say('reports.mails')} aside={<By value={by} groups={mailGroups} onChange={setBy} />}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={4} />}
      {data?.length === 0 && <p className="quiet">{say('report.none')}</p>}
      {rows.length > 0 && <MailTable rows={rows} by={by} journeyKey={journeyKey} />}
      {rows.length > 0 && !isItems(by) && <Opens rows={rows.slice(0, most)} />}
      {isItems(by) && <p className="quiet">{say('reports.itemsSay')}</p>}
      <Files to={`/v1/journeys/${encodeURIComponent(journeyKey)}/report/funnel/file?by=${by}&`} />
    </Panel>
  );
}

/** Told apart by what stood in the mails: these lines hold more mails than there are. */
const isItems = (by: MailGroup) => by === 'criterion' || by === 'item' || by === 'slot';

function MailTable({ rows, by, journeyKey }: { rows: readonly FunnelLine[]; by: MailGroup; journeyKey: string }) {
  const { say, number, money } = useVoice();
  const currency = useQuery(report(journeyKey)).data?.currency ?? 'EUR';
  const excluded = ({ excluded: list }: FunnelLine) => list.reduce((sum, { count }) => sum + count, 0);
  const back = ({ bounced, complained, unsubscribed }: FunnelLine) => bounced + complained + unsubscribed;
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th className="number">{say('reports.row.planned')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.row.heldOut')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.row.excluded')}</Table.Th>
            <Table.Th className="number">{say('reports.row.accepted')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.row.back')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.row.clicked')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.row.orders')}</Table.Th>
            <Table.Th className="number">{say('reports.row.revenue')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, most).map((row) => (
            <Table.Tr key={row.group}>
              <Table.Td>
                {row.group === '' || (by === 'slot' && row.group === '0') ? (
                  <span className="quiet">{say(isItems(by) ? 'reports.noItem' : 'reports.noVariant')}</span>
                ) : (
                  (row.name ?? row.group)
                )}
              </Table.Td>
              <Table.Td className="number">{number(row.planned)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.heldOut)}</Table.Td>
              <Table.Td className="number wide-only">{number(excluded(row))}</Table.Td>
              <Table.Td className="number">{number(row.accepted)}</Table.Td>
              <Table.Td className="number wide-only">{number(back(row))}</Table.Td>
              <Table.Td className="number wide-only">{number(row.clickedByPeople)}</Table.Td>
              <Table.Td className="number wide-only">{number(row.orders)}</Table.Td>
              <Table.Td className="number">{money({ amount: row.revenue, currency }, true)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {rows.length > most && <p className="quiet">{say('reports.more', { count: rows.length - most })}</p>}
    </div>
  );
}
