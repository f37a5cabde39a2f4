import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { QuarantineView } from '../../src/api/contract-watch.ts';
import { ask } from '../api/client.ts';
import { quarantine } from '../api/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';

/** Events that were kept and could not be folded, with the error, to be put back once its cause is mended. */
export function SetAside() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(quarantine);
  const [told, setTold] = useState<number | null>(null);
  const client = useQueryClient();
  const put = useMutation({
    mutationFn: (ids: string[] | null) =>
      ask<{ events: number }>('/v1/quarantine', { method: 'POST', body: ids === null ? {} : { ids } }),
    onSuccess: async ({ events }) => {
      setTold(events);
      await client.invalidateQueries({ queryKey: ['quarantine'] });
    },
  });
  const all = data && data.total > 0 && (
    <May ask="events">
      <Button size="xs" variant="default" loading={put.isPending} onClick={() => put.mutate(null)}>
        {say('aside.putAllBack')}
      </Button>
    </May>
  );
  return (
    <div id="aside">
      <Panel
        title={data && data.total > 0 ? say('aside.some', { count: data.total }) : say('aside.title')}
        aside={all || undefined}
        className={data && data.total > 0 ? 'panel-harm' : ''}
      >
        {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
        {!data && !error && <Rows count={2} />}
        {data && <p className="quiet">{say(data.total > 0 ? 'aside.says' : 'aside.none')}</p>}
        {put.error && <ProblemNote error={put.error} />}
        <p role="status">{told !== null && say('aside.done', { count: told })}</p>
        <ul className="pairs">
          {data?.rows.map((row) => (
            <Row key={row.id} row={row} busy={put.isPending} onPutBack={() => put.mutate([row.id])} />
          ))}
        </ul>
        {data && data.total > data.rows.length && (
          <p className="quiet">{say('aside.more', { count: data.total - data.rows.length })}</p>
        )}
      </Panel>
    </div>
  );
}

type Row = QuarantineView['rows'][number];

function Row({ row, busy, onPutBack }: { row: Row; busy: boolean; onPutBack: () => void }) {
  const { say, moment } = useVoice();
  return (
    <li className="aside-row">
      <details>
        <summary>
          <span>{row.error}</span>
          <span className="quiet pair-note">
            {moment(row.at)}, {say('aside.events', { count: row.events.length })}
          </span>
        </summary>
        <pre className="raw">{JSON.stringify(row.events, null, 2)}</pre>
      </details>
      <May ask="events">
        <Button size="xs" variant="default" disabled={busy} onClick={onPutBack}>
          {say('aside.putBack')}
        </Button>
      </May>
    </li>
  );
}
