import './rule.css';
import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconFilter } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ButtonLink } from '../ui/Link.tsx';
import { Panel } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type AnyView, type RuleKind, definitions, ruleKinds } from './query.ts';
import { useStateWords } from './state.ts';

/** Collections, exclusions and promotions, each with how many items it leaves or takes at present. */
export function Shelf() {
  return ruleKinds.map((kind) => <Kind key={kind} kind={kind} />);
}

function Kind({ kind }: { kind: RuleKind }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(definitions(kind));
  const isEmpty = data?.length === 0;
  return (
    <Panel title={say(`shelf.${kind}`)} aside={isEmpty ? undefined : <New kind={kind} />}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={2} />}
      {isEmpty && (
        <Empty
          title={say(`shelf.${kind}.none`)}
          says={say(`shelf.${kind}.noneSays`)}
          icon={<IconFilter stroke={1.5} />}
        >
          <New kind={kind} />
        </Empty>
      )}
      {data && data.length > 0 && <KindTable kind={kind} rows={data} />}
    </Panel>
  );
}

function New({ kind }: { kind: RuleKind }) {
  const { say } = useVoice();
  return (
    <May ask="items">
      <ButtonLink to="/rules/$kind/$key" params={{ kind, key: '+' }} variant="default" size="xs">
        {say(`shelf.${kind}.new`)}
      </ButtonLink>
    </May>
  );
}

function KindTable({ kind, rows }: { kind: RuleKind; rows: readonly AnyView[] }) {
  const { say } = useVoice();
  const stateOf = useStateWords(kind);
  return (
    <div className="table table-bare">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('form.name')}</Table.Th>
            <Table.Th>{say('shelf.now')}</Table.Th>
            <Table.Th className="wide-only">{say('form.rules')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td className="main-cell">
                <Link to="/rules/$kind/$key" params={{ kind, key: row.key }} className="row-link">
                  {row.name}
                </Link>
                <span className="quiet">{row.key}</span>
              </Table.Td>
              <Table.Td>{stateOf(row)}</Table.Td>
              <Table.Td className="wide-only">
                {row.conditions.slice(0, 3).map((text) => (
                  <code key={text} className="code rule-line" title={text}>
                    {text}
                  </code>
                ))}
                {row.conditions.length > 3 && (
                  <span className="quiet">{say('criteria.andMore', { count: row.conditions.length - 3 })}</span>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
