import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconSearch, IconUsersGroup } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { FilterField, NoneMatch, filtered } from '../ui/Filter.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { BuildState } from './BuildState.tsx';
import { audiences } from './query.ts';
import type { AudienceView } from '../../src/api/contract-audience.ts';

/** All audiences with their size as it is now. */
export function AudienceList() {
  const { say } = useVoice();
  const { q = '' } = useSearch({ from: '/audiences' });
  const navigate = useNavigate({ from: '/audiences' });
  const { data, error, refetch } = useQuery(audiences);
  const search = (text: string) => void navigate({ search: { q: text || undefined }, replace: true });
  const rows = filtered(data ?? [], q, ({ name, key }) => `${name} ${key}`);
  return (
    <div className="page">
      <PageHead title={say('audiences.title')} answer={<Answer rows={data} />} note={say('audiences.note')}>
        <NewLink />
      </PageHead>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={4} />}
      {data?.length === 0 && (
        <Empty title={say('audiences.empty')} says={say('audiences.emptySays')} icon={<IconUsersGroup stroke={1.5} />}>
          <NewLink />
        </Empty>
      )}
      {data && data.length > 0 && <FilterField word={say('audiences.filter')} value={q} onChange={search} />}
      {rows.length > 0 && <AudienceTable rows={rows} />}
      {data && data.length > 0 && rows.length === 0 && (
        <NoneMatch
          title={say('audiences.noneMatch', { query: q })}
          says={say('audiences.noneMatchSays')}
          icon={<IconSearch stroke={1.5} />}
          onClear={() => search('')}
        />
      )}
    </div>
  );
}

function NewLink() {
  const { say } = useVoice();
  return (
    <May ask="journeys">
      <ButtonLink to="/audiences/$key" params={{ key: '+' }}>
        {say('audiences.new')}
      </ButtonLink>
    </May>
  );
}

function Answer({ rows }: { rows: AudienceView[] | undefined }) {
  const { say } = useVoice();
  if (!rows) return say('audiences.title');
  if (rows.length === 0) return say('audiences.none');
  const building = rows.filter(({ build }) => build !== null).length;
  const count = say('audiences.answer', { count: rows.length });
  return building === 0 ? `${count}.` : `${count}; ${say('audiences.building', { count: building })}.`;
}

function AudienceTable({ rows }: { rows: AudienceView[] }) {
  const { say, number, moment } = useVoice();
  return (
    <div className="table">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('audience.name')}</Table.Th>
            <Table.Th className="number">{say('audiences.size')}</Table.Th>
            <Table.Th className="wide-only">{say('audience.rule')}</Table.Th>
            <Table.Th className="number wide-only">{say('audiences.changed')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Td className="main-cell">
                <Link to="/audiences/$key" params={{ key: row.key }} className="row-link">
                  {row.name}
                </Link>
                <span className="quiet">{row.key}</span>
              </Table.Td>
              <Table.Td className="number">
                <b>{number(row.size)}</b>
                <BuildState build={row.build} />
              </Table.Td>
              <Table.Td className="wide-only">
                {row.rule === null ? (
                  <span className="quiet">{say('audience.isList')}</span>
                ) : (
                  <code className="code rule-line">{row.rule}</code>
                )}
              </Table.Td>
              <Table.Td className="number wide-only">{moment(row.updatedAt)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
