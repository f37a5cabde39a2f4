import { Button, MultiSelect, NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { BacktestRequest, BacktestView } from '../../src/api/contract-replay.ts';
import { ask } from '../api/client.ts';
import { criteria as allCriteria, useNames } from '../recommend/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useMay } from '../ui/may.ts';
import { useVoice } from '../ui/voice.tsx';
import { Progressing } from './Progressing.tsx';
import { askedAs, tried } from './figure.ts';

/** Asks for a backtest: of which criteria, over how many days. While one runs it stands here instead. */
export function Start({ running }: { running: BacktestView | undefined }) {
  const { say } = useVoice();
  const [criteria, setCriteria] = useState<string[]>([]);
  const [days, setDays] = useState<number | null>(null);
  const choices = useChoices();
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/recommendations' });
  const start = useMutation({
    mutationFn: () => {
      const body: BacktestRequest = {
        ...(criteria.length === 0 ? {} : { criteria }),
        ...(days === null ? {} : { days }),
      };
      return ask<BacktestView>('/v1/backtests', { method: 'POST', body });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['backtests'] });
      await navigate({ search: (old) => ({ ...old, run: undefined }), replace: true });
    },
  });
  return (
    <Panel title={say('backtest.title')}>
      <p className="quiet">
        {say('backtest.says')} {say('backtest.criteria.says')}
      </p>
      {running ? (
        <Progressing run={running} path={`/v1/backtests/${encodeURIComponent(running.id)}`} queryKey="backtests" />
      ) : !may('recommend') ? null : (
        <form
          className="backtest-start"
          onSubmit={(event) => {
            event.preventDefault();
            start.mutate();
          }}
        >
          <MultiSelect
            label={say('backtest.criteria')}
            placeholder={criteria.length === 0 ? say('backtest.criteria.all') : undefined}
            value={criteria}
            clearable
            hidePickedOptions
            searchable
            maxValues={60}
            data={choices}
            onChange={setCriteria}
          />
          <NumberInput
            label={say('backtest.days')}
            placeholder={say('backtest.days.half')}
            value={days ?? ''}
            min={1}
            max={365}
            allowDecimal={false}
            onChange={(value) => setDays(typeof value === 'number' ? value : null)}
          />
          <Button type="submit" loading={start.isPending}>
            {say('backtest.start')}
          </Button>
        </form>
      )}
      {start.error && <ProblemNote error={start.error} />}
    </Panel>
  );
}

/** Ways to recommend that are built in, then the shop's own criteria, then those that come with Beckon. */
function useChoices() {
  const { say } = useVoice();
  const nameOf = useNames();
  const all = useQuery(allCriteria).data ?? [];
  const items = (isShipped: boolean) =>
    all.filter(({ shipped }) => shipped === isShipped).map(({ key }) => ({ value: askedAs(key), label: nameOf(key) }));
  return [
    { group: say('backtest.ways'), items: tried.map((value) => ({ value, label: say(`backtest.of.${value}`) })) },
    { group: say('backtest.own'), items: items(false) },
    { group: say('backtest.shipped'), items: items(true) },
  ].filter((group) => group.items.length > 0);
}
