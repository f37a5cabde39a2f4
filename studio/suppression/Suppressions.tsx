import { Button, FileButton, Select, Table, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconDownload, IconMailOff, IconUpload } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { SuppressionView } from '../../src/api/contract-mail.ts';
import { ask } from '../api/client.ts';
import { FilterField, NoneMatch } from '../ui/Filter.tsx';
import { BroughtIn } from '../ui/BroughtIn.tsx';
import { Panel } from '../ui/Page.tsx';
import { Remove } from '../ui/Remove.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import { bringList, reasons, suppressions } from './query.ts';

/** Addresses that get no mail: by cause, one by one, in and out as a table. */
export function Suppressions() {
  const { say } = useVoice();
  const search = useSearch({ from: '/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const put = (change: object) =>
    void navigate({ search: (before) => ({ ...before, after: undefined, ...change }), replace: true });
  const [q] = useDebouncedValue(search.q, 300);
  const { data, error, refetch } = useQuery(suppressions({ q, reason: search.reason, after: search.after }));
  const counts = data?.counts ?? {};
  return (
    <>
      <div className="actions">
        <FilterField
          word={say('suppressed.filter')}
          value={search.q ?? ''}
          onChange={(text) => put({ q: text || undefined })}
        />
        <Select
          aria-label={say('suppressed.reason')}
          value={search.reason ?? ''}
          data={[
            { value: '', label: say('suppressed.all') },
            ...reasons.map((value) => ({
              value: value as string,
              label: `${say(`suppressed.reason.${value}`)} (${counts[value] ?? 0})`,
            })),
          ]}
          allowDeselect={false}
          onChange={(value) => put({ reason: value === '' ? undefined : value })}
        />
      </div>
      {error && !data ? (
        <ProblemNote error={error} again={() => void refetch()} />
      ) : !data ? (
        <Rows count={6} height={28} />
      ) : data.entries.length > 0 ? (
        <List rows={data.entries} next={data.next} onNext={(after) => put({ after })} />
      ) : search.q === undefined && search.reason === undefined ? (
        <Empty title={say('suppressed.none')} says={say('suppressed.noneSays')} icon={<IconMailOff stroke={1.5} />} />
      ) : (
        <NoneMatch
          title={say('suppressed.noMatch')}
          says={say('suppressed.noMatchSays')}
          icon={<IconMailOff stroke={1.5} />}
          onClear={() => put({ q: undefined, reason: undefined })}
        />
      )}
      <div className="suppressed-parts">
        <Add />
        <Bring />
      </div>
    </>
  );
}

function List(props: { rows: readonly SuppressionView[]; next: string | null; onNext: (after: string) => void }) {
  const { say, moment } = useVoice();
  const { rows, next, onNext } = props;
  return (
    <>
      <div className="table">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('suppressed.address')}</Table.Th>
              <Table.Th>{say('suppressed.reason')}</Table.Th>
              <Table.Th className="wide-only">{say('suppressed.scope')}</Table.Th>
              <Table.Th className="number wide-only">{say('suppressed.since')}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={`${row.id} ${row.scope}`}>
                <Table.Td className="main-cell breaks">
                  {row.address ?? <span className="quiet code">{row.id.slice(0, 18)}…</span>}
                  {row.note !== null && <span className="quiet">{row.note}</span>}
                </Table.Td>
                <Table.Td>{reasonWord(row.reason, say)}</Table.Td>
                <Table.Td className="wide-only">{scopeWord(row.scope, say)}</Table.Td>
                <Table.Td className="number wide-only">
                  {row.until === null ? moment(row.at) : say('suppressed.until', { time: moment(row.until) })}
                </Table.Td>
                <Table.Td className="number">{row.removable && <Lift row={row} />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {next !== null && (
        <Button variant="default" className="fits" onClick={() => onNext(next)}>
          {say('suppressed.next')}
        </Button>
      )}
    </>
  );
}

type Say = ReturnType<typeof useVoice>['say'];

function reasonWord(reason: string, say: Say): string {
  const word = `suppressed.reason.${reason}`;
  return isKey(word) ? say(word) : reason;
}

function scopeWord(scope: string, say: Say): string {
  if (scope.startsWith('list:')) return say('suppressed.scope.list', { sender: scope.slice(5) });
  return say(scope === 'all' ? 'suppressed.scope.all' : 'suppressed.scope.marketing');
}

/** Mails may reach somebody again, so it is asked twice, and why. */
function Lift({ row }: { row: SuppressionView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [why, setWhy] = useState('');
  const name = row.address ?? row.id.slice(0, 18);
  const away = async () => {
    const query = new URLSearchParams({ scope: row.scope, why: why.trim() });
    await ask<unknown>(`/v1/suppressions/${encodeURIComponent(row.id)}?${query}`, { method: 'DELETE' });
    await client.invalidateQueries({ queryKey: ['suppressions'] });
  };
  return (
    <Remove size="xs" word={say('suppressed.lift')} title={say('suppressed.liftTitle', { address: name })} work={away}>
      <p>{say('suppressed.liftSays')}</p>
      <TextInput label={say('suppressed.why')} value={why} onChange={(event) => setWhy(event.currentTarget.value)} />
    </Remove>
  );
}

function Add() {
  const { say } = useVoice();
  const client = useQueryClient();
  const [address, setAddress] = useState('');
  const [note, setNote] = useState('');
  const [scope, setScope] = useState('marketing');
  const add = useMutation({
    mutationFn: () =>
      ask<{ added: boolean }>('/v1/suppressions', {
        method: 'POST',
        body: { address: address.trim(), scope, ...(note.trim() === '' ? {} : { note: note.trim() }) },
      }),
    onSuccess: async () => {
      setAddress('');
      setNote('');
      await client.invalidateQueries({ queryKey: ['suppressions'] });
    },
  });
  return (
    <Panel title={say('suppressed.add')}>
      <form
        className="stack-form"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <TextInput
          label={say('suppressed.address')}
          value={address}
          spellCheck={false}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <Select
          label={say('suppressed.scope')}
          value={scope}
          data={[
            { value: 'marketing', label: say('suppressed.scope.marketing') },
            { value: 'all', label: say('suppressed.scope.all') },
          ]}
          allowDeselect={false}
          onChange={(value) => setScope(value ?? 'marketing')}
        />
        <TextInput
          label={say('suppressed.note')}
          value={note}
          maxLength={300}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {add.error && <ProblemNote error={add.error} />}
        <div className="actions">
          <Button type="submit" loading={add.isPending} disabled={!/@.+\../.test(address)}>
            {say('suppressed.addOne')}
          </Button>
          <span className="quiet" role="status">
            {add.data && say(add.data.added ? 'suppressed.isAdded' : 'suppressed.wasThere')}
          </span>
        </div>
      </form>
    </Panel>
  );
}

/** A list of another system: told first what would come of it, then taken in. */
function Bring() {
  const { say } = useVoice();
  const client = useQueryClient();
  const [csv, setCsv] = useState<string | null>(null);
  const work = useMutation({
    mutationFn: ({ text, dryRun }: { text: string; dryRun: boolean }) => bringList(text, dryRun),
    onSuccess: async ({ dryRun }) => {
      if (dryRun) return;
      setCsv(null);
      await client.invalidateQueries({ queryKey: ['suppressions'] });
    },
  });
  const take = async (file: File) => {
    const text = await file.text();
    setCsv(text);
    work.mutate({ text, dryRun: true });
  };
  return (
    <Panel title={say('suppressed.file')}>
      <div className="stack-form">
        <p className="quiet">{say('suppressed.fileSays')}</p>
        <div className="actions">
          <FileButton accept=".csv,text/csv,text/plain" onChange={(file) => file && void take(file)}>
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconUpload size={16} stroke={1.5} />}>
                {say('list.file')}
              </Button>
            )}
          </FileButton>
          <Button
            component="a"
            href="/v1/suppressions.csv"
            download
            variant="default"
            leftSection={<IconDownload size={16} stroke={1.5} />}
          >
            {say('suppressed.export')}
          </Button>
        </div>
        {work.error && <ProblemNote error={work.error} />}
        <div role="status">
          {work.data && (
            <BroughtIn
              report={work.data}
              first={say(work.data.dryRun ? 'suppressed.wouldAdd' : 'suppressed.added', { count: work.data.added })}
            />
          )}
        </div>
        {csv !== null && work.data?.dryRun === true && work.data.added > 0 && (
          <Button className="fits" loading={work.isPending} onClick={() => work.mutate({ text: csv, dryRun: false })}>
            {say('suppressed.takeIn', { count: work.data.added })}
          </Button>
        )}
      </div>
    </Panel>
  );
}
