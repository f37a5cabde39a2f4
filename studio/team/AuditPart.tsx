import './team.css';
import { Button, Table, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { IconListCheck, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { AuditVerdict, AuditView } from '../../src/api/contract-team.ts';
import { ask } from '../api/client.ts';
import { Address } from '../ui/Address.tsx';
import { PageHead } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { audit } from './query.ts';

/** What members and keys did, newest first, and whether the log is whole. */
export function AuditPart() {
  const { say } = useVoice();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  const [before, setBefore] = useState<number | null>(null);
  const { data, error, refetch } = useQuery(audit(search, before));
  const isBare = data?.entries.length === 0 && search === '' && before === null;
  return (
    <div className="page">
      <PageHead title={say('settings.show.audit')} answer={say('audit.answer')} note={say('audit.note')}>
        <Verify />
      </PageHead>
      {!isBare && (
        <TextInput
          className="audit-search"
          aria-label={say('audit.search')}
          placeholder={say('audit.search')}
          leftSection={<IconSearch size={16} stroke={1.5} aria-hidden="true" />}
          value={typed}
          maxLength={100}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setBefore(null);
          }}
        />
      )}
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows />}
      {isBare && (
        <Empty title={say('audit.none')} says={say('audit.noneSays')} icon={<IconListCheck size={28} stroke={1.5} />} />
      )}
      {data && !isBare && data.entries.length === 0 && <p className="quiet">{say('audit.noneFound')}</p>}
      {data && data.entries.length > 0 && <Lines entries={data.entries} />}
      {data && data.next !== null && (
        <div className="pager">
          <Button variant="default" onClick={() => setBefore(data.next)}>
            {say('audit.older')}
          </Button>
        </div>
      )}
    </div>
  );
}

function Lines({ entries }: Pick<AuditView, 'entries'>) {
  const { say, moment, number } = useVoice();
  return (
    // On a phone it is wider than the page: whoever has no pointer scrolls it by the keyboard.
    <div className="table" role="region" aria-label={say('settings.show.audit')} tabIndex={0}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th className="number">{say('audit.no')}</Table.Th>
            <Table.Th>{say('audit.when')}</Table.Th>
            <Table.Th>{say('audit.who')}</Table.Th>
            <Table.Th>{say('audit.what')}</Table.Th>
            <Table.Th>{say('audit.detail')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(({ no, at, who, what, detail }) => (
            <Table.Tr key={no}>
              <Table.Td className="number">{number(no)}</Table.Td>
              <Table.Td className="audit-when">{moment(at)}</Table.Td>
              <Table.Td>
                <Address text={who} />
              </Table.Td>
              <Table.Td className="code">{what}</Table.Td>
              <Table.Td>
                {Object.entries(detail)
                  .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
                  .join(', ')}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Verify() {
  const { say } = useVoice();
  const verify = useMutation({ mutationFn: () => ask<AuditVerdict>('/v1/audit/verdict') });
  const { data } = verify;
  return (
    <div className="audit-verify">
      <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
        {say('audit.verify')}
      </Button>
      <div role="status">
        {data && data.broken === null && (
          <>
            <p>{say('audit.whole', { count: data.lines })}</p>
            {data.hash !== '' && <p className="quiet">{say('audit.hash', { hash: data.hash })}</p>}
          </>
        )}
        {data && data.broken !== null && <p className="harm">{say('audit.broken', { no: data.broken })}</p>}
      </div>
      {verify.error && <ProblemNote error={verify.error} />}
    </div>
  );
}
