import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { WebhookView } from '../../src/api/contract-webhook.ts';
import { webhooks } from '../api/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';

/** Shop platforms and other senders: what they sent and what was turned away. */
export function Webhooks() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(webhooks);
  return (
    <Panel title={say('webhooks.title')}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={2} />}
      {data?.length === 0 && (
        <p className="quiet">
          {say('webhooks.none')} <a href="/docs/guide/shop-platforms.html">{say('webhooks.how')}</a>
        </p>
      )}
      {data && data.length > 0 && <Hooks rows={data} />}
    </Panel>
  );
}

const counted = ['taken', 'repeated', 'ignored', 'refused', 'turnedAway'] as const;

function Hooks({ rows }: { rows: WebhookView[] }) {
  const { say, number, moment } = useVoice();
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('webhooks.name')}</Table.Th>
            {counted.map((word) => (
              <Table.Th key={word} className="number wide-only">
                {say(`webhooks.${word}`)}
              </Table.Th>
            ))}
            <Table.Th className="number">{say('webhooks.last')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td className="main-cell">
                {row.name} <span className="quiet">{`${row.kind} · ${row.key}`}</span>
                <span className="quiet narrow-only">
                  {counted
                    .filter((word) => word === 'taken' || row.counts[word] > 0)
                    .map((word) => `${number(row.counts[word])} ${say(`webhooks.${word}`)}`)
                    .join(' · ')}
                </span>
                {row.lastRefusal && (
                  <span className="quiet hook-refusal">
                    {say('webhooks.lastRefusal', { time: moment(row.lastRefusal.at), why: row.lastRefusal.why })}
                  </span>
                )}
              </Table.Td>
              {counted.map((word) => (
                <Table.Td key={word} className="number wide-only">
                  {number(row.counts[word])}
                </Table.Td>
              ))}
              <Table.Td className="number">{row.lastAt === null ? say('webhooks.never') : moment(row.lastAt)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
