import { Button, Progress, Table } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/client.ts';
import { Figure, Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import { FeedColumns } from './FeedColumns.tsx';
import { faults, faultsShown, feedPath, run as runQuery } from './query.ts';
import type { FeedRunView } from '../../src/api/contract-feed.ts';

/** One run: how far it is, what it did or would do, what it asks, its columns and its bad rows. */
export function FeedRun({ feedKey, id }: { feedKey: string; id: string }) {
  const { data: run, error } = useQuery(runQuery(feedKey, id));
  if (error && !run) return <ProblemNote error={error} />;
  if (!run) return null;
  return (
    <>
      <Outcome feedKey={feedKey} run={run} />
      {run.preview && (
        <FeedColumns feedKey={feedKey} preview={run.preview} busy={run.endedAt === null && run.state !== 'held'} />
      )}
      <Faults feedKey={feedKey} run={run} />
    </>
  );
}

function Outcome({ feedKey, run }: { feedKey: string; run: FeedRunView }) {
  const { say, number, percent, clockFace } = useVoice();
  const wrote =
    run.state === 'done' || run.state === 'partial' || run.state === 'importing' || run.state === 'removing';
  const counts = wrote ? run.counts : run.forecast;
  const active = run.endedAt === null && run.state !== 'held';
  const aside = <span className="quiet">{clockFace(run.startedAt)}</span>;
  return (
    <Panel title={`${say('feed.run', { number: run.number })}: ${say(`feed.state.${run.state}`)}`} aside={aside}>
      <div className="stack-form">
        {active && (
          <Progress
            value={run.progress * 100}
            aria-label={`${say(`feed.state.${run.state}`)} ${percent(run.progress)}`}
          />
        )}
        {run.error && (
          <div className="problem" role="alert">
            <div className="problem-words">
              <strong>{run.error.why}</strong>
              <p>{run.error.mend}</p>
              <p className="quiet code">{run.error.code}</p>
            </div>
          </div>
        )}
        {run.note && <p className="quiet">{run.note}</p>}
        {counts && (
          <>
            <p className="quiet">{say(wrote ? 'feed.did' : 'feed.would')}</p>
            <div className="figures">
              <Figure value={number(counts.rows)} word={say('feed.rows')} />
              <Figure value={number(counts.created)} word={say('feed.created')} />
              <Figure value={number(counts.changed)} word={say('feed.changed')} />
              <Figure value={number(counts.removed)} word={say('feed.removed')} />
              <Figure value={number(counts.refused)} word={say('feed.refused')} />
            </div>
          </>
        )}
        {run.state === 'held' && (
          <div role="alert">
            {run.alarms.map(({ what, count, of, limit }) => {
              const key = `feed.alarm.${what}`;
              return isKey(key) && <p key={what}>{say(key, { count, of, limit: percent(limit) })}</p>;
            })}
            <p className="quiet">{say('feed.held')}</p>
          </div>
        )}
        <RunActions feedKey={feedKey} run={run} />
      </div>
    </Panel>
  );
}

function RunActions({ feedKey, run }: { feedKey: string; run: FeedRunView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (verb: 'approve' | 'cancel') =>
      ask<FeedRunView>(`${feedPath(feedKey)}/runs/${run.id}/${verb}`, { method: 'POST', body: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: ['feeds'] }),
  });
  const mayApprove = run.state === 'held' || run.state === 'checked';
  const mayCancel = run.state === 'held' || run.endedAt === null;
  if (!mayApprove && !mayCancel) return null;
  return (
    <>
      <div className="actions">
        {mayApprove && (
          <Button loading={act.isPending} onClick={() => act.mutate('approve')}>
            {say('feed.approve')}
          </Button>
        )}
        {mayCancel && (
          <Button variant="default" disabled={act.isPending} onClick={() => act.mutate('cancel')}>
            {say('feed.cancel')}
          </Button>
        )}
      </div>
      {act.error && <ProblemNote error={act.error} />}
    </>
  );
}

function Faults({ feedKey, run }: { feedKey: string; run: FeedRunView }) {
  const { say, number } = useVoice();
  const { data = [] } = useQuery(faults(feedKey, run));
  if (data.length === 0) return null;
  const { refused, repeated } = run.forecast ?? run.counts;
  const left = refused + repeated - data.length;
  const download = (
    <Button component="a" size="xs" variant="default" href={`${feedPath(feedKey)}/runs/${run.id}/report.csv`} download>
      {say('feed.download')}
    </Button>
  );
  return (
    <Panel title={say('feed.faults')} aside={download}>
      <div className="table table-bare">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th className="number">{say('feed.row')}</Table.Th>
              <Table.Th>{say('feed.id')}</Table.Th>
              <Table.Th>{say('feed.why')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.slice(0, faultsShown).map(({ row, id, code, why }) => (
              <Table.Tr key={`${row} ${code}`}>
                <Table.Td className="number">{number(row)}</Table.Td>
                <Table.Td>
                  <span className="code">{id ?? '–'}</span>
                </Table.Td>
                <Table.Td>
                  {why} <span className="quiet code">{code}</span>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {left > 0 && <p className="quiet table-left">{say('feed.faultsLeft', { count: left })}</p>}
    </Panel>
  );
}
