import '../recommend/recommend.css';
import './backtest.css';
import { useQuery } from '@tanstack/react-query';
import { IconChartDots } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { backtests } from './query.ts';
import { Chart } from './Chart.tsx';
import { Runs } from './Runs.tsx';
import { Start } from './Start.tsx';
import { Tunings } from './Tunings.tsx';

/** Runs that stand side by side at most; beyond that nobody compares by eye. */
export const mostBeside = 4;

/** The shop's own history replayed: which criterion would have shown what people went on to, run beside run. */
export function Backtests() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(backtests);
  const { run } = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={6} height={28} />;
  const asked = run?.split(',') ?? [];
  const known = data.filter(({ id }) => asked.includes(id));
  const newest = data.find(({ result }) => result !== null) ?? data[0];
  const chosen = known.length > 0 ? known : newest === undefined ? [] : [newest];
  const choose = (ids: string[]) =>
    void navigate({
      search: (old) => ({ ...old, run: ids.join(',') || undefined }),
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      <Start running={data.find(({ state }) => state === 'running' || state === 'waiting')} />
      {data.length === 0 ? (
        <Empty title={say('backtest.none')} says={say('backtest.noneSays')} icon={<IconChartDots stroke={1.5} />} />
      ) : (
        <>
          <Chart runs={chosen} />
          <Runs rows={data} chosen={chosen.map(({ id }) => id)} onChoose={choose} />
        </>
      )}
      <Tunings />
    </>
  );
}
