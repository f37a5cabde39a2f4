import { Button, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconDownload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Address } from '../ui/Address.tsx';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { members, pageSize } from './query.ts';
import type { AudiencePreview, AudienceView } from '../../src/api/contract-audience.ts';

/** Who is in an audience now, page by page, and as a file. */
export function Members({ audience }: { audience: AudienceView }) {
  const { say } = useVoice();
  const [trail, setTrail] = useState<string[]>([]);
  const { data, error, isPlaceholderData, refetch } = useQuery(members(audience.key, trail.at(-1) ?? null));
  const next = data?.next ?? null;
  const file = `/v1/audiences/${encodeURIComponent(audience.key)}/members.csv`;
  const asFile = audience.size > 0 && (
    <Button
      component="a"
      href={file}
      download={`${audience.key}.csv`}
      size="xs"
      variant="default"
      leftSection={<IconDownload size={14} stroke={1.5} />}
    >
      {say('audience.asCsv')}
    </Button>
  );
  return (
    <Panel title={say('audience.members')} aside={asFile || undefined}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={6} />}
      {data && data.members.length === 0 && (
        <p className="quiet">{say(audience.state === 'building' ? 'audience.isBuilding' : 'audience.nobody')}</p>
      )}
      {data && data.members.length > 0 && <MemberTable rows={data.members} />}
      {(trail.length > 0 || next !== null) && (
        <div className="pager">
          <Button
            size="xs"
            variant="default"
            disabled={trail.length === 0}
            onClick={() => setTrail(trail.slice(0, -1))}
          >
            {say('audience.before')}
          </Button>
          <span className="quiet">{say('audience.page', { page: trail.length + 1, size: pageSize })}</span>
          <Button
            size="xs"
            variant="default"
            disabled={next === null || isPlaceholderData}
            onClick={() => next !== null && setTrail([...trail, next])}
          >
            {say('audience.after')}
          </Button>
        </div>
      )}
    </Panel>
  );
}

/** Of a preview nobody is a member yet. */
type Row = AudiencePreview['sample'][number] & { since?: string };

export function MemberTable({ rows }: { rows: Row[] }) {
  const { say, moment } = useVoice();
  const hasSince = rows.some(({ since }) => since !== undefined);
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('people.name')}</Table.Th>
            <Table.Th className="number">{say('people.lastSeen')}</Table.Th>
            {hasSince && <Table.Th className="number wide-only">{say('audience.since')}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td className="member-cell">
                <Link to="/people/$id" params={{ id: row.id }} className="row-link">
                  <Address text={row.name ?? row.email ?? say('audience.visitor', { id: row.id.slice(-6) })} />
                </Link>
                {row.name !== null && row.email !== null && (
                  <span className="quiet">
                    <Address text={row.email} />
                  </span>
                )}
              </Table.Td>
              <Table.Td className="number">{moment(row.lastSeenAt)}</Table.Td>
              {hasSince && (
                <Table.Td className="number wide-only">{row.since === undefined ? '–' : moment(row.since)}</Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
