import { Button, Table } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TuningView } from '../../src/api/contract-replay.ts';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useUndo } from '../ui/undo.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Progressing } from './Progressing.tsx';
import { tunings } from './query.ts';

const base = '/v1/recommendations/tuning';
const useOf = (id: string) => `${base}/${encodeURIComponent(id)}/use`;

/** The recommender tuned on the shop's own days: started here, compared with what is shipped, and used or not. */
export function Tunings() {
  const { say, moment } = useVoice();
  const { data, error } = useQuery(tunings);
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: () => ask<TuningView>(base, { method: 'POST', body: { adopt: false } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tunings'] }),
  });
  if (error && !data) return <ProblemNote error={error} />;
  if (!data) return null;
  const running = data.find(({ state }) => state === 'running' || state === 'waiting');
  const used = data.find(({ inUse }) => inUse);
  const ended = data.filter((one) => one !== running);
  return (
    <Panel
      title={say('tuning.title')}
      aside={
        running === undefined && (
          <May ask="recommend">
            <Button size="xs" variant="default" loading={start.isPending} onClick={() => start.mutate()}>
              {say('tuning.start')}
            </Button>
          </May>
        )
      }
    >
      <p className="quiet">{say('tuning.says')}</p>
      <p>{used ? say('tuning.inUse', { time: moment(used.askedAt) }) : say('tuning.shippedInUse')}</p>
      {start.error && <ProblemNote error={start.error} />}
      {running && <Progressing run={running} path={`${base}/${encodeURIComponent(running.id)}`} queryKey="tunings" />}
      {ended.slice(0, 5).map((one) => (
        <Ended key={one.id} tuning={one} used={used} />
      ))}
    </Panel>
  );
}

/** One that is over: what it found, and whether it is used. */
function Ended({ tuning, used }: { tuning: TuningView; used: TuningView | undefined }) {
  const { say, moment } = useVoice();
  const { askedAt, state, result, fault, inUse } = tuning;
  const found = result !== null && Object.keys(result.own).length > 0;
  return (
    <section className="tuning">
      <div className="tuning-head">
        <b>{moment(askedAt)}</b>
        <span className="quiet">
          {state !== 'done'
            ? (fault ?? say(`backtest.state.${state}`))
            : result === null
              ? say('tuning.tooFew')
              : say(found ? 'tuning.better' : 'tuning.notBetter')}
        </span>
        {found && (
          <May ask="recommend">
            <Adopt tuning={tuning} used={used} isUsed={inUse} />
          </May>
        )}
      </div>
      {result && <Outcomes result={result} />}
    </section>
  );
}

/** Takes its constants into use, or goes back to those before; each way can be undone. */
function Adopt({
  tuning: { id },
  used,
  isUsed,
}: {
  tuning: TuningView;
  used: TuningView | undefined;
  isUsed: boolean;
}) {
  const { say } = useVoice();
  const client = useQueryClient();
  const undo = useUndo();
  const set = async (to: string | undefined) => {
    await (to === undefined ? ask<unknown>(base, { method: 'DELETE' }) : ask<unknown>(useOf(to), { method: 'POST' }));
    await client.invalidateQueries({ queryKey: ['tunings'] });
    await client.invalidateQueries({ queryKey: ['preview'] });
  };
  const turn = useMutation({
    mutationFn: () => set(isUsed ? undefined : id),
    onSuccess: () =>
      undo({ says: say(isUsed ? 'tuning.back' : 'tuning.adopted'), undo: () => set(isUsed ? id : used?.id) }),
  });
  return (
    <>
      <Button size="xs" variant={isUsed ? 'default' : 'filled'} loading={turn.isPending} onClick={() => turn.mutate()}>
        {say(isUsed ? 'tuning.untune' : 'tuning.adopt')}
      </Button>
      {turn.error && <ProblemNote error={turn.error} />}
    </>
  );
}

type Outcome = NonNullable<TuningView['result']>['outcomes'][number];

/** Each part by the shipped constants and by those found, and the gain with its interval around nothing. */
function Outcomes({ result }: { result: NonNullable<TuningView['result']> }) {
  const { say, number } = useVoice();
  const short = (value: number) => number(Number(value.toFixed(4)));
  const reach = Math.max(0.001, ...result.outcomes.map(({ gain }) => Math.abs(gain.value) + 1.96 * gain.error));
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('tuning.part')}</Table.Th>
            <Table.Th className="number">{say('tuning.before')}</Table.Th>
            <Table.Th className="number">{say('tuning.after')}</Table.Th>
            <Table.Th className="interval-cell">{say('tuning.gain')}</Table.Th>
            <Table.Th className="wide-only">{say('tuning.taken')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {result.outcomes.map((outcome) => (
            <Table.Tr key={outcome.part}>
              <Table.Td>{say(`tuning.part.${outcome.part}`)}</Table.Td>
              <Table.Td className="number">{short(outcome.before.value)}</Table.Td>
              <Table.Td className="number">{short(outcome.after.value)}</Table.Td>
              <Table.Td className="interval-cell">
                <GainBand outcome={outcome} reach={reach} />
              </Table.Td>
              <Table.Td className="wide-only">{say(outcome.taken ? 'tuning.yes' : 'tuning.no')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** The gain as a band around the line of no gain. */
function GainBand({ outcome: { gain, taken }, reach }: { outcome: Outcome; reach: number }) {
  const { number } = useVoice();
  const [low, high] = [gain.value - 1.96 * gain.error, gain.value + 1.96 * gain.error];
  const at = (value: number) => 50 + (value / reach) * 50;
  const short = (value: number) => number(Number(value.toFixed(4)));
  const says = `${short(low)} – ${short(high)}`;
  return (
    <span title={says}>
      <svg className="band" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={says}>
        <line className="band-axis" x1="0" x2="100" y1="12" y2="12" />
        <line className="band-zero" x1="50" x2="50" y1="0" y2="24" />
        <rect className={taken ? 'band-range' : 'band-past'} x={at(low)} width={at(high) - at(low)} y="6" height="12" />
        <line className="band-point" x1={at(gain.value)} x2={at(gain.value)} y1="3" y2="21" />
      </svg>
    </span>
  );
}
