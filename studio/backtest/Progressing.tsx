import { Button, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { BacktestView, TuningView } from '../../src/api/contract-replay.ts';
import { ask } from '../api/client.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';

/** How far a replay is, with a way to end it. */
export function Progressing(props: {
  run: BacktestView | TuningView;
  path: string;
  queryKey: 'backtests' | 'tunings';
}) {
  const { say, percent } = useVoice();
  const { run, path, queryKey } = props;
  const { state, progress } = run;
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => ask<unknown>(path, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: [queryKey] }),
  });
  const share = progress.of === 0 ? 0 : progress.done / progress.of;
  const words =
    progress.of === 0
      ? say('backtest.begins')
      : say(`${queryKey}.progress`, { share: percent(share), count: progress.of });
  return (
    <div className="progressing">
      <div className="progressing-words">
        <b>{say(`backtest.state.${state}`)}</b>
        <span className="quiet" role="status">
          {words}
        </span>
        <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          {say('backtest.cancel')}
        </Button>
      </div>
      <Progress value={share * 100} aria-label={say(`backtest.state.${state}`)} />
      {cancel.error && <ProblemNote error={cancel.error} />}
    </div>
  );
}
