import { Button, FileButton, Table } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconUpload } from '@tabler/icons-react';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ask } from '../api/client.ts';
import { PageHead, Panel } from '../ui/Page.tsx';
import { Remove } from '../ui/Remove.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { Unread } from '../ui/thing.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { FeedDot } from './FeedDot.tsx';
import { FeedForm } from './FeedForm.tsx';
import { FeedRun } from './FeedRun.tsx';
import { feed, feedPath, runs } from './query.ts';
import type { FeedRunView, FeedView } from '../../src/api/contract-feed.ts';

/** One feed: its settings, its file, the run that is looked at, and all runs. `+` makes a new one. */
export function FeedPage() {
  const { key } = useParams({ from: '/feeds/$key' });
  const { say } = useVoice();
  if (key !== '+') return <KnownFeed key={key} feedKey={key} />;
  return (
    <div className="page">
      <PageHead title={say('feeds.new')} answer={say('feed.newAnswer')} note={say('feed.newNote')} />
      <FeedForm known={null} />
    </div>
  );
}

function KnownFeed({ feedKey }: { feedKey: string }) {
  const { say } = useVoice();
  const { run } = useSearch({ from: '/feeds/$key' });
  const query = useQuery(feed(feedKey));
  const { data } = query;
  if (!data) return <Unread query={query} />;
  const shown = run ?? data.last?.id;
  const note = (
    <>
      <b className="person-name">{data.name}</b> <FeedDot feed={data} />
    </>
  );
  return (
    <div className="page">
      <PageHead title={data.name} answer={say('feed.items', { count: data.items })} note={note}>
        <May ask="items">
          <RemoveFeed data={data} />
        </May>
      </PageHead>
      <May ask="items">
        <FilePanel data={data} />
      </May>
      {shown ? <FeedRun key={shown} feedKey={feedKey} id={shown} /> : <p className="quiet">{say('feed.noRun')}</p>}
      <May ask="items">
        <FeedForm known={data} />
      </May>
      {data.last && <Runs feedKey={feedKey} />}
    </div>
  );
}

function FilePanel({ data }: { data: FeedView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = feedPath(data.key);
  const begin = useMutation({
    mutationFn: ({ file, dry }: { file: File | null; dry: boolean }) => {
      if (file === null) return ask<FeedRunView>(`${path}/runs`, { method: 'POST', body: { dry } });
      const name = encodeURIComponent(file.name.slice(0, 150));
      const send = { method: 'PUT' as const, type: 'application/octet-stream', text: file };
      return ask<FeedRunView>(`${path}/file?dry=${String(dry)}&name=${name}`, send);
    },
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['feeds'] });
      await navigate({ to: '/feeds/$key', params: { key: data.key }, search: { run: id } });
    },
  });
  const upload = (dry: boolean) => (file: File | null) => file && begin.mutate({ file, dry });
  // One thing to do first: a run that waits goes before another file.
  const waits = data.last?.state === 'held' || data.last?.state === 'checked';
  const icon = <IconUpload size={14} stroke={1.5} />;
  return (
    <Panel title={say('feed.file')}>
      <p className="quiet">{say('feed.fileSays')}</p>
      <div className="actions">
        <FileButton onChange={upload(true)}>
          {(props) => (
            <Button {...props} variant={waits ? 'default' : 'filled'} loading={begin.isPending} leftSection={icon}>
              {say('feed.try')}
            </Button>
          )}
        </FileButton>
        <FileButton onChange={upload(false)}>
          {(props) => (
            <Button {...props} variant="default" disabled={begin.isPending} leftSection={icon}>
              {say('feed.import')}
            </Button>
          )}
        </FileButton>
        {data.url !== null && (
          <>
            <Button
              variant="default"
              disabled={begin.isPending}
              onClick={() => begin.mutate({ file: null, dry: true })}
            >
              {say('feed.tryNow')}
            </Button>
            <Button
              variant="default"
              disabled={begin.isPending}
              onClick={() => begin.mutate({ file: null, dry: false })}
            >
              {say('feed.askNow')}
            </Button>
          </>
        )}
      </div>
      {begin.error && <ProblemNote error={begin.error} />}
    </Panel>
  );
}

function Runs({ feedKey }: { feedKey: string }) {
  const { say, number, moment } = useVoice();
  const { data = [] } = useQuery(runs(feedKey));
  return (
    <Panel title={say('feed.runs')}>
      <div className="table table-bare">
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('feed.began')}</Table.Th>
              <Table.Th>{say('feeds.status')}</Table.Th>
              <Table.Th className="number">{say('feed.rows')}</Table.Th>
              <Table.Th className="number wide-only">{say('feed.created')}</Table.Th>
              <Table.Th className="number wide-only">{say('feed.changed')}</Table.Th>
              <Table.Th className="number wide-only">{say('feed.removed')}</Table.Th>
              <Table.Th className="number">{say('feed.refused')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((run) => (
              <Table.Tr key={run.id}>
                <Table.Td>
                  <Link to="/feeds/$key" params={{ key: feedKey }} search={{ run: run.id }} className="row-link">
                    {moment(run.startedAt)}
                  </Link>
                </Table.Td>
                <Table.Td>{say(`feed.state.${run.state}`)}</Table.Td>
                <Table.Td className="number">{number((run.forecast ?? run.counts).rows)}</Table.Td>
                <Table.Td className="number wide-only">{number(run.counts.created)}</Table.Td>
                <Table.Td className="number wide-only">{number(run.counts.changed)}</Table.Td>
                <Table.Td className="number wide-only">{number(run.counts.removed)}</Table.Td>
                <Table.Td className="number">{number((run.forecast ?? run.counts).refused)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  );
}

/** What that means stands there first. */
function RemoveFeed({ data: { key, name } }: { data: FeedView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const work = async () => {
    await ask<unknown>(feedPath(key), { method: 'DELETE' });
    await navigate({ to: '/feeds' });
    client.removeQueries({ queryKey: ['feeds', key] });
    await client.invalidateQueries({ queryKey: ['feeds'] });
  };
  return (
    <Remove word={say('feed.remove')} title={say('feed.removeTitle', { name })} work={work}>
      <p>{say('feed.removeSays')}</p>
    </Remove>
  );
}
