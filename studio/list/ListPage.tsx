import '../recommend/recommend.css';
import { Button, FileButton, SegmentedControl, Switch, Table } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { CustomListView } from '../../src/api/contract-custom-list.ts';
import { ask } from '../api/client.ts';
import { PageHead, Panel } from '../ui/Page.tsx';
import { Remove } from '../ui/Remove.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { OnePage, type Place, ThingForm } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { FeedPanel } from './FeedPanel.tsx';
import { type Mode, customList, customLists, listPath, listRows, pageSize, uploadRows } from './query.ts';
import { Report } from './Report.tsx';

/** One uploaded list: its file in and out, its rows, and what it is called. `+` makes a new one. */
export function ListPage() {
  const { key } = useParams({ from: '/lists/$key' });
  const { say } = useVoice();
  if (key !== '+') return <KnownList key={key} listKey={key} />;
  return (
    <div className="page">
      <PageHead title={say('lists.new')} answer={say('lists.newAnswer')} note={say('lists.newNote')} />
      <ListForm known={null} />
    </div>
  );
}

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: listPath,
    cache: ['custom-lists'],
    open: (key) => navigate({ to: '/lists/$key', params: { key } }),
    leave: () => navigate({ to: '/recommendations', search: { show: 'lists' } }),
  };
}

function KnownList({ listKey }: { listKey: string }) {
  const { say } = useVoice();
  return (
    <OnePage query={useQuery(customList(listKey))}>
      {(data) => (
        <>
          <PageHead
            title={data.name}
            answer={say('lists.answer', { count: data.rows })}
            note={
              <>
                <b className="person-name">{data.name}</b> {say('lists.says')}
              </>
            }
          >
            <RemoveList data={data} />
          </PageHead>
          <FilePanel data={data} />
          <RowsPanel key={data.version} data={data} />
          <FeedPanel listKey={data.key} />
          <ListForm key={`form ${data.name}`} known={data} />
        </>
      )}
    </OnePage>
  );
}

/** Its rows cannot be brought back, so what that means stands there first. */
function RemoveList({ data: { key, name, rows } }: { data: CustomListView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const work = async () => {
    await ask<unknown>(listPath(key), { method: 'DELETE' });
    await navigate({ to: '/recommendations', search: { show: 'lists' } });
    client.removeQueries({ queryKey: ['custom-lists', key] });
    await client.invalidateQueries({ queryKey: ['custom-lists'] });
  };
  return (
    <Remove word={say('criterion.remove')} title={say('lists.removeTitle', { name })} work={work}>
      <p>{say('lists.removeSays', { count: rows })}</p>
    </Remove>
  );
}

const modes: readonly Mode[] = ['replace', 'merge'];

/** A file is tried first: nothing is written, and every bad row is named. Then it is taken. */
function FilePanel({ data }: { data: CustomListView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [mode, setMode] = useState<Mode>('replace');
  const [file, setFile] = useState<File | null>(null);
  const send = useMutation({
    mutationFn: ({ chosen, dry }: { chosen: File; dry: boolean }) => uploadRows(data.key, chosen, { mode, dry }),
    onSuccess: ({ written }) => (written ? client.invalidateQueries({ queryKey: ['custom-lists'] }) : undefined),
  });
  const tryIt = (chosen: File | null) => {
    setFile(chosen);
    if (chosen) send.mutate({ chosen, dry: true });
  };
  return (
    <Panel title={say('lists.file')}>
      <p className="quiet">{say('lists.fileSays')}</p>
      <SegmentedControl
        className="fits"
        mt={12}
        value={mode}
        aria-label={say('lists.mode')}
        data={modes.map((value) => ({ value, label: say(`lists.mode.${value}`) }))}
        onChange={(value) => {
          setMode(value === 'merge' ? 'merge' : 'replace');
          send.reset();
        }}
      />
      <div className="actions file-actions">
        <FileButton accept=".csv,text/csv,text/plain" onChange={tryIt}>
          {(props) => (
            <Button
              {...props}
              variant={file === null ? 'filled' : 'default'}
              loading={send.isPending}
              leftSection={<IconUpload size={14} stroke={1.5} />}
            >
              {say('lists.try')}
            </Button>
          )}
        </FileButton>
        {file !== null && (
          <Button loading={send.isPending} onClick={() => send.mutate({ chosen: file, dry: false })}>
            {say('lists.take', { name: file.name })}
          </Button>
        )}
        {data.rows > 0 && (
          <Button
            component="a"
            href={`${listPath(data.key)}/rows.csv`}
            download={`${data.key}.csv`}
            variant="default"
            leftSection={<IconDownload size={14} stroke={1.5} />}
          >
            {say('audience.asCsv')}
          </Button>
        )}
      </div>
      {send.error && <ProblemNote error={send.error} />}
      {send.data && <Report report={send.data} />}
    </Panel>
  );
}

/** Its rows, page by page. */
function RowsPanel({ data }: { data: CustomListView }) {
  const { say } = useVoice();
  const [trail, setTrail] = useState<string[]>([]);
  const { data: rows = [] } = useQuery(listRows(data.key, trail.at(-1) ?? null));
  const last = rows.at(-1);
  if (data.rows === 0) return null;
  return (
    <Panel title={say('lists.rowsTitle')}>
      <div className="table table-bare">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('lists.key')}</Table.Th>
              <Table.Th>{say('lists.items')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ key, items }) => (
              <Table.Tr key={key}>
                <Table.Td>
                  {key === '' ? <i>{say('lists.everybody')}</i> : key === '*' ? <i>{say('lists.others')}</i> : key}
                </Table.Td>
                <Table.Td className="breaks">
                  {items.slice(0, 12).join(', ')}
                  {items.length > 12 && (
                    <span className="quiet"> {say('criteria.andMore', { count: items.length - 12 })}</span>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {(trail.length > 0 || rows.length === pageSize) && (
        <div className="pager">
          <Button
            size="xs"
            variant="default"
            disabled={trail.length === 0}
            onClick={() => setTrail(trail.slice(0, -1))}
          >
            {say('audience.before')}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={last === undefined || rows.length < pageSize}
            onClick={() => last && setTrail([...trail, last.key])}
          >
            {say('audience.after')}
          </Button>
        </div>
      )}
    </Panel>
  );
}

/** What it is called, and whether rows that are not uploaded again go. */
function ListForm({ known }: { known: CustomListView | null }) {
  const { say } = useVoice();
  return (
    <ThingForm
      place={usePlace()}
      title={say('lists.panel')}
      keyHint={say('lists.keyHint')}
      known={known}
      others={useQuery(customLists).data}
      begin={{ name: known?.name ?? '', expires: known?.expires ?? false }}
      isReady={() => true}
    >
      {(draft, change) => (
        <Switch
          label={say('lists.expires')}
          checked={draft.expires}
          onChange={(event) => change({ ...draft, expires: event.currentTarget.checked })}
        />
      )}
    </ThingForm>
  );
}
