import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ActivityInput } from '../../src/api/contract-design.ts';
import { useNames } from '../recommend/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { activityNumbers } from './query.ts';
import { shownOf } from './shown.ts';

/** What its experiences have come to: seen, clicked, ordered after a click. Credited is not caused. */
export function Numbers({ activityKey, said }: { activityKey: string; said: ActivityInput }) {
  const { say, number, moneys } = useVoice();
  const { data, error, refetch } = useQuery(activityNumbers(activityKey));
  const names = new Map(shownOf(said, useNames()).map(({ key, name }) => [key, name]));
  return (
    <Panel title={say('places.numbers')}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={2} />}
      {data?.length === 0 && <p className="quiet">{say('places.noNumbers')}</p>}
      {data && data.length > 0 && (
        <>
          <div className="table table-bare">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{say('places.experience')}</Table.Th>
                  <Table.Th className="number">{say('places.people')}</Table.Th>
                  <Table.Th className="number wide-only">{say('places.seen')}</Table.Th>
                  <Table.Th className="number">{say('places.clickers')}</Table.Th>
                  <Table.Th className="number">{say('figure.orders')}</Table.Th>
                  <Table.Th className="number">{say('figure.revenue')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map(({ experience, people, impressions, clickers, orders, revenue }) => (
                  <Table.Tr key={experience}>
                    <Table.Td>{names.get(experience) ?? experience}</Table.Td>
                    <Table.Td className="number">{number(people)}</Table.Td>
                    <Table.Td className="number wide-only">{number(impressions)}</Table.Td>
                    <Table.Td className="number">{number(clickers)}</Table.Td>
                    <Table.Td className="number">{number(orders)}</Table.Td>
                    <Table.Td className="number">{moneys(revenue, true)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
          <p className="quiet">{say('places.numbersSay')}</p>
        </>
      )}
    </Panel>
  );
}
