import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconSparkles } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { FilterField, NoneMatch, filtered } from '../ui/Filter.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { criteria, useNames, useUses } from './query.ts';
import { fillOf, howOf, windowOf } from './sentence.ts';
import type { Use } from './uses.ts';
import type { CriterionView } from '../../src/api/contract-criterion.ts';

/** All criteria, those of the shop first: how each finds its items, who fills in, and what uses it. */
export function CriteriaList() {
  const { say } = useVoice();
  const nameOf = useNames();
  const { q = '' } = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  const { data, error, refetch } = useQuery(criteria);
  const search = (text: string) =>
    void navigate({ search: (old) => ({ ...old, q: text || undefined }), replace: true });
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={8} height={28} />;
  const textOf = (one: CriterionView) =>
    `${nameOf(one.key)} ${one.key} ${one.title} ${howOf(one.algorithm, say, nameOf)}`;
  const rows = filtered(data, q, textOf);
  const sorted = [...rows.filter(({ shipped }) => !shipped), ...rows.filter(({ shipped }) => shipped)];
  return (
    <>
      <FilterField word={say('criteria.filter')} value={q} onChange={search} />
      {rows.length > 0 && <CriteriaTable rows={sorted} />}
      {rows.length > 0 && rows.length < data.length && (
        <p className="quiet table-left">{say('criteria.left', { count: data.length - rows.length })}</p>
      )}
      {rows.length === 0 && (
        <NoneMatch
          title={say('criteria.noneMatch', { query: q })}
          says={say('criteria.noneMatchSays')}
          icon={<IconSparkles stroke={1.5} />}
          onClear={() => search('')}
        />
      )}
    </>
  );
}

function CriteriaTable({ rows }: { rows: CriterionView[] }) {
  const { say } = useVoice();
  const nameOf = useNames();
  const usesOf = useUses();
  return (
    <div className="table">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('criteria.name')}</Table.Th>
            <Table.Th className="wide-only">{say('criteria.how')}</Table.Th>
            <Table.Th className="wide-only">{say('criteria.fills')}</Table.Th>
            <Table.Th>{say('criteria.usedBy')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td className="main-cell">
                <Link to="/recommendations/$key" params={{ key: row.key }} className="row-link">
                  {nameOf(row.key)}
                </Link>
                <span className="quiet">
                  {!row.shipped && <span className="chip source-criteria">{say('criteria.own')}</span>} {row.key}
                </span>
                {row.lacks !== null && (
                  <span className={row.ready ? 'quiet' : 'text-harm'}>{say(`criteria.lacks.${row.lacks}`)}</span>
                )}
                <span className="quiet narrow-only">{howOf(row.algorithm, say, nameOf)}</span>
              </Table.Td>
              <Table.Td className="wide-only reads">
                {howOf(row.algorithm, say, nameOf)}
                <span className="quiet"> {windowOf(row, say)}</span>
              </Table.Td>
              <Table.Td className="wide-only reads quiet">{fillOf(row, say, nameOf)}</Table.Td>
              <Table.Td className="reads-short quiet">{usesOf === null ? '…' : usedWords(usesOf(row.key))}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );

  function usedWords(uses: Use[]): string {
    const names = uses.slice(0, 2).map(({ kind, key, name }) => (kind === 'criterion' ? nameOf(key) : name));
    const more = uses.length - names.length;
    return [...names, ...(more > 0 ? [say('criteria.andMore', { count: more })] : [])].join(', ') || '–';
  }
}
