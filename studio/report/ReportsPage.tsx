import './report.css';
import { SegmentedControl, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RecommendationsView } from '../../src/api/contract-measured.ts';
import { PageHead, Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { By } from './By.tsx';
import { Comparisons } from './Comparisons.tsx';
import { CreditRule } from './CreditRule.tsx';
import { EventWebhook } from './EventWebhook.tsx';
import { Files } from './Files.tsx';
import { allMail, places, recommended, shownGroups, type Place, type ShownGroup } from './query.ts';

const most = 60;

/** Reports of no single journey: all mail against none, recommendations, the rule of credit, and the log for a warehouse. */
export function ReportsPage() {
  const { say } = useVoice();
  const global = useQuery(allMail);
  const running = global.data?.[0];
  const answer = running
    ? say('reports.someGetNone', { quarter: running.key.replace('global:', '') })
    : say('reports.everybodyGets');
  return (
    <div className="page">
      <PageHead title={say('nav.reports')} answer={`${answer}.`} />
      <Comparisons
        query={global}
        title={say('reports.global')}
        none={say('reports.noGlobal')}
        file="/v1/reports/global/file"
      />
      <Recommended />
      <CreditRule />
      <EventWebhook />
    </div>
  );
}

function Recommended() {
  const { say } = useVoice();
  const [by, setBy] = useState<ShownGroup>('criterion');
  const [where, setWhere] = useState<Place>('mails');
  const { data, error, refetch } = useQuery(recommended(by, where));
  return (
    <Panel title={say('reports.recommended')} aside={<By value={by} groups={shownGroups} onChange={setBy} />}>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label={say('reports.where')}
        value={where}
        onChange={(value) => setWhere(value === 'pages' ? 'pages' : 'mails')}
        data={places.map((value) => ({ value, label: say(`reports.where.${value}`) }))}
      />
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={3} />}
      {data?.rows.length === 0 && <p className="quiet">{say(`reports.nothingIn.${where}`)}</p>}
      {data && data.rows.length > 0 && (
        <>
          <ShownTable shown={data} by={by} where={where} />
          <Files to={`/v1/reports/recommendations/file?by=${by}&in=${where}&`} />
        </>
      )}
    </Panel>
  );
}

function ShownTable(props: { shown: RecommendationsView; by: ShownGroup; where: Place }) {
  const {
    shown: { rows, currency },
    by,
    where,
  } = props;
  const { say, number, percent, money } = useVoice();
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('reports.by.criterion')}</Table.Th>
            {by !== 'criterion' && <Table.Th>{say(`reports.by.${by}`)}</Table.Th>}
            <Table.Th className="number">{say('reports.shown')}</Table.Th>
            {where === 'mails' && <Table.Th className="number wide-only">{say('reports.row.heldOut')}</Table.Th>}
            <Table.Th className="number">{say('reports.clicked')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.coverage')}</Table.Th>
            <Table.Th className="number wide-only">{say('reports.row.orders')}</Table.Th>
            <Table.Th className="number">{say('reports.row.revenue')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, most).map((row) => (
            <Table.Tr key={`${row.criterion} ${row.group}`}>
              <Table.Td>{row.criterion || <span className="quiet">{say('reports.noCriterion')}</span>}</Table.Td>
              {by !== 'criterion' && <Table.Td>{row.group}</Table.Td>}
              <Table.Td className="number">{number(row.shown)}</Table.Td>
              {where === 'mails' && <Table.Td className="number wide-only">{number(row.heldOut)}</Table.Td>}
              <Table.Td className="number">{number(row.clicked)}</Table.Td>
              <Table.Td className="number wide-only">{row.coverage === null ? '–' : percent(row.coverage)}</Table.Td>
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
