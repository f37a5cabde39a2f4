import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ListFeedInput, ListFeedView } from '../../src/api/contract-custom-list.ts';
import { ApiError, ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { listPath } from './query.ts';

const everies = ['day', 'week', 'two-weeks', 'never'] as const;

/** From where a list is fetched by itself, if it is, and what the last fetches came to. */
export function FeedPanel({ listKey }: { listKey: string }) {
  const { say } = useVoice();
  const path = `${listPath(listKey)}/feed`;
  const { data, error } = useQuery({
    queryKey: ['custom-lists', listKey, 'feed'],
    queryFn: () => ask<ListFeedView>(path),
    retry: false,
    refetchInterval: (query) => (query.state.data ? 5_000 : false),
  });
  const isNone = error instanceof ApiError && error.problem.status === 404;
  if (!data && !isNone) return error ? <ProblemNote error={error} /> : null;
  return (
    <Panel title={say('lists.feed')}>
      <p className="quiet">{say('lists.feedSays')}</p>
      <FeedFields key={data?.url ?? ''} path={path} listKey={listKey} known={isNone ? undefined : data} />
      {data && !isNone && <History data={data} />}
    </Panel>
  );
}

function FeedFields(props: { path: string; listKey: string; known: ListFeedView | undefined }) {
  const { say } = useVoice();
  const { path, listKey, known } = props;
  const [url, setUrl] = useState(known?.url ?? '');
  const [every, setEvery] = useState<(typeof everies)[number]>(known?.schedule.every ?? 'day');
  const client = useQueryClient();
  const fresh = () => client.invalidateQueries({ queryKey: ['custom-lists', listKey] });
  const save = useMutation({
    mutationFn: () => {
      const body: ListFeedInput = { url: url.trim(), schedule: { every } };
      return ask<ListFeedView>(path, { method: 'PUT', body });
    },
    onSuccess: fresh,
  });
  const stop = useMutation({ mutationFn: () => ask<unknown>(path, { method: 'DELETE' }), onSuccess: fresh });
  return (
    <form
      className="stack-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (url.trim() !== '') save.mutate();
      }}
    >
      <TextInput
        label={say('lists.url')}
        type="url"
        value={url}
        maxLength={2000}
        placeholder="https://"
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <Select
        label={say('lists.every')}
        value={every}
        allowDeselect={false}
        data={everies.map((value) => ({ value, label: say(`lists.every.${value}`) }))}
        onChange={(value) => setEvery(everies.find((one) => one === value) ?? 'day')}
      />
      {save.error && <ProblemNote error={save.error} />}
      {stop.error && <ProblemNote error={stop.error} />}
      <div className="actions">
        <Button type="submit" variant="default" loading={save.isPending} disabled={url.trim() === ''}>
          {say('lists.fetch')}
        </Button>
        {known && (
          <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
            {say('lists.fetchNoMore')}
          </Button>
        )}
      </div>
    </form>
  );
}

function History({ data: { history } }: { data: ListFeedView }) {
  const { moment } = useVoice();
  if (history.length === 0) return null;
  return (
    <ul className="plain-list versions">
      {history.slice(0, 10).map(({ at, status, message }) => (
        <li key={`${at} ${status}`}>
          <span>
            {moment(at)} <span className="quiet">{message}</span>
          </span>
          <span className="quiet">{status}</span>
        </li>
      ))}
    </ul>
  );
}
