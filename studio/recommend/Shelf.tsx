import { Table } from '@mantine/core';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { IconFilter } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { CollectionView, ExclusionView, PromotionView } from '../../src/api/contract-rule.ts';
import { Panel } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { collections, exclusions, promotions } from './query.ts';

/** Collections, exclusions and promotions, each with how many items it leaves or takes at present. */
export function Shelf() {
  const { say } = useVoice();
  return (
    <>
      <Kind kind="collections" query={useQuery(collections)} stateOf={(row) => leaves(row, row.matches)} />
      <Kind
        kind="exclusions"
        query={useQuery(exclusions)}
        stateOf={(row) => (row.on ? leaves(row, row.matches === null ? null : row.of - row.matches) : say('shelf.off'))}
      />
      <Kind kind="promotions" query={useQuery(promotions)} stateOf={promoted} />
    </>
  );

  function leaves({ of }: { of: number }, count: number | null): string {
    return count === null ? say('shelf.dynamic') : say('form.leaves', { count, of });
  }

  function promoted({ running, front, back, ids, matches }: PromotionView): string {
    const places = say('shelf.places', { front, back });
    if (!running) return `${places}; ${say('shelf.off')}`;
    const count = ids === null ? matches : ids.length;
    return count === null ? `${places}; ${say('shelf.dynamic')}` : `${places}; ${say('shelf.promotes', { count })}`;
  }
}

function Kind<V extends CollectionView | ExclusionView | PromotionView>(props: {
  kind: 'collections' | 'exclusions' | 'promotions';
  query: UseQueryResult<V[]>;
  stateOf: (row: V) => ReactNode;
}) {
  const { say } = useVoice();
  const { kind, query, stateOf } = props;
  const { data, error, refetch } = query;
  return (
    <Panel title={say(`shelf.${kind}`)}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={2} />}
      {data?.length === 0 && (
        <Empty
          title={say(`shelf.${kind}.none`)}
          says={say(`shelf.${kind}.noneSays`)}
          icon={<IconFilter stroke={1.5} />}
        />
      )}
      {data && data.length > 0 && (
        <div className="table table-bare">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                <Table.Th>{say('shelf.now')}</Table.Th>
                <Table.Th className="wide-only">{say('form.rules')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map((row) => (
                <Table.Tr key={row.key}>
                  <Table.Td className="main-cell">
                    <b>{row.name}</b>
                    <span className="quiet">{row.key}</span>
                  </Table.Td>
                  <Table.Td>{stateOf(row)}</Table.Td>
                  <Table.Td className="wide-only">
                    {row.conditions.map((text) => (
                      <code key={text} className="code rule-line" title={text}>
                        {text}
                      </code>
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Panel>
  );
}
