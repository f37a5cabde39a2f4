import { Button, Progress, SegmentedControl, Select, Table } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconChartDots } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { BacktestView, TuningView } from '../../src/api/contract-replay.ts';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import { type Spot, type Target, isAhead, reachOf, spotsOf } from './figure.ts';
import { backtests, tunings } from './query.ts';

/** The shop's own history replayed: which criterion would have shown what people went on to. */
export function Backtests() {
  const { say, moment } = useVoice();
  const { data, error, refetch } = useQuery(backtests);
  const { run } = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={6} height={28} />;
  const chosen = data.find(({ id }) => id === run) ?? data[0];
  return (
    <>
      <Panel title={say('backtest.title')} aside={<Start />}>
        <p className="quiet">{say('backtest.says')}</p>
        {data.length > 1 && (
          <Select
            className="filter"
            mt={12}
            label={say('backtest.run')}
            value={chosen?.id ?? null}
            allowDeselect={false}
            data={data.map(({ id, askedAt, state }) => ({
              value: id,
              label: `${moment(askedAt)} · ${say(`backtest.state.${state}`)}`,
            }))}
            onChange={(id) =>
              void navigate({ search: (old) => ({ ...old, run: id ?? undefined }), replace: true, resetScroll: false })
            }
          />
        )}
      </Panel>
      {chosen ? (
        <One data={chosen} />
      ) : (
        <Empty title={say('backtest.none')} says={say('backtest.noneSays')} icon={<IconChartDots stroke={1.5} />} />
      )}
      <Tunings />
    </>
  );
}

function Start() {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/recommendations' });
  const start = useMutation({
    mutationFn: () => ask<BacktestView>('/v1/backtests', { method: 'POST', body: {} }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['backtests'] });
      await navigate({ search: (old) => ({ ...old, run: undefined }), replace: true });
    },
  });
  return (
    <>
      <Button loading={start.isPending} onClick={() => start.mutate()}>
        {say('backtest.start')}
      </Button>
      {start.error && <ProblemNote error={start.error} />}
    </>
  );
}

function Cancel({ id }: { id: string }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => ask<BacktestView>(`/v1/backtests/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['backtests'] }),
  });
  return (
    <>
      <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        {say('backtest.cancel')}
      </Button>
      {cancel.error && <ProblemNote error={cancel.error} />}
    </>
  );
}

function One({ data }: { data: BacktestView }) {
  const { say, percent } = useVoice();
  const { state, progress, result, fault } = data;
  if (state === 'waiting' || state === 'running') {
    const share = progress.of === 0 ? 0 : progress.done / progress.of;
    return (
      <Panel title={say(`backtest.state.${state}`)} aside={<Cancel id={data.id} />}>
        <p className="quiet" role="status">
          {say('backtest.progress', { share: percent(share), count: progress.of })}
        </p>
        <Progress value={share * 100} aria-label={say('backtest.title')} />
      </Panel>
    );
  }
  if (result) return <Result result={result} />;
  return (
    <Panel title={say(`backtest.state.${state}`)}>
      <p className="quiet">{fault ?? say('backtest.nothing')}</p>
    </Panel>
  );
}

const targets: readonly Target[] = ['view', 'cart', 'purchase'];

function Result({ result }: { result: NonNullable<BacktestView['result']> }) {
  const { say, number, percent, moment } = useVoice();
  const { target: wanted } = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  const target = targets.find((one) => one === wanted) ?? 'view';
  const spots = spotsOf(result.rows, target);
  const reach = reachOf(spots);
  const questions = result.questions[target] ?? 0;
  const best = spots[0];
  const claim =
    best === undefined || questions === 0
      ? say('backtest.noQuestions')
      : say(isAhead(spots) ? 'backtest.ahead' : 'backtest.close', {
          name: nameOf(best.criterion),
          share: percent(best.value),
        });
  return (
    <Panel
      title={claim}
      aside={
        <SegmentedControl
          size="xs"
          value={target}
          aria-label={say('backtest.target')}
          data={targets.map((value) => ({ value, label: say(`backtest.target.${value}`) }))}
          onChange={(value) =>
            void navigate({ search: (old) => ({ ...old, target: value }), replace: true, resetScroll: false })
          }
        />
      }
    >
      <p className="quiet">
        {say('backtest.over', {
          count: questions,
          events: number(result.events),
          from: moment(result.split),
          until: moment(result.until),
        })}
      </p>
      <div className="table table-bare">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('criteria.name')}</Table.Th>
              <Table.Th className="number">{say('backtest.hit')}</Table.Th>
              <Table.Th className="interval-cell">{say('backtest.interval', { reach: percent(reach) })}</Table.Th>
              <Table.Th className="number wide-only">MRR</Table.Th>
              <Table.Th className="number wide-only">{say('backtest.answered')}</Table.Th>
              <Table.Th className="number wide-only">{say('backtest.coverage')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {spots.map((spot) => (
              <Table.Tr key={spot.criterion}>
                <Table.Td>{nameOf(spot.criterion)}</Table.Td>
                <Table.Td className="number">{spot.answered > 0 ? <b>{percent(spot.value)}</b> : '–'}</Table.Td>
                <Table.Td className="interval-cell">
                  {spot.answered > 0 && (
                    <Interval spot={spot} reach={reach} says={`${percent(spot.low)} – ${percent(spot.high)}`} />
                  )}
                </Table.Td>
                <Table.Td className="number wide-only">
                  {spot.answered > 0 ? number(Number(spot.reciprocalRank.toFixed(3))) : '–'}
                </Table.Td>
                <Table.Td className="number wide-only">{percent(spot.answered)}</Table.Td>
                <Table.Td className="number wide-only">{percent(spot.coverage)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  );

  function nameOf(criterion: string): string {
    const key = `backtest.of.${criterion}`;
    return isKey(key) ? say(key) : criterion;
  }
}

function Interval({ spot, reach, says }: { spot: Spot; reach: number; says: string }) {
  const at = (value: number) => (value / reach) * 100;
  return (
    <span title={says}>
      <svg className="band" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={says}>
        <line className="band-axis" x1="0" x2="100" y1="12" y2="12" />
        <rect className="band-range" x={at(spot.low)} width={at(spot.high) - at(spot.low)} y="6" height="12" />
        <line className="band-point" x1={at(spot.value)} x2={at(spot.value)} y1="3" y2="21" />
      </svg>
    </span>
  );
}

/** What the recommender found when it tuned itself: before and after. */
function Tunings() {
  const { say, moment } = useVoice();
  const { data } = useQuery(tunings);
  if (!data) return null;
  const [last] = data;
  return (
    <Panel title={say('tuning.title')}>
      <p className="quiet">{say('tuning.says')}</p>
      {last === undefined && <p>{say('tuning.none')}</p>}
      {last && <p>{say(last.inUse ? 'tuning.inUse' : 'tuning.shipped', { time: moment(last.askedAt) })}</p>}
      {last?.result && <Outcomes result={last.result} />}
    </Panel>
  );
}

function Outcomes({ result }: { result: NonNullable<TuningView['result']> }) {
  const { say, number } = useVoice();
  const short = (value: number) => number(Number(value.toFixed(4)));
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('tuning.part')}</Table.Th>
            <Table.Th className="number">{say('tuning.before')}</Table.Th>
            <Table.Th className="number">{say('tuning.after')}</Table.Th>
            <Table.Th className="number wide-only">{say('tuning.gain')}</Table.Th>
            <Table.Th>{say('tuning.taken')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {result.outcomes.map(({ part, before, after, gain, taken }) => (
            <Table.Tr key={part}>
              <Table.Td>{say(`tuning.part.${part}`)}</Table.Td>
              <Table.Td className="number">{short(before.value)}</Table.Td>
              <Table.Td className="number">{short(after.value)}</Table.Td>
              <Table.Td className="number wide-only">
                {short(gain.value)} ± {short(1.96 * gain.error)}
              </Table.Td>
              <Table.Td>{say(taken ? 'tuning.yes' : 'tuning.no')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
