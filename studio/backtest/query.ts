import { queryOptions } from '@tanstack/react-query';
import type { BacktestView, TuningView } from '../../src/api/contract-replay.ts';
import { ask } from '../api/client.ts';

const runsStill = (rows: readonly { state: string }[] | undefined) =>
  rows?.some(({ state }) => state === 'waiting' || state === 'running') === true;

/** The newest backtests; followed closely while one runs. */
export const backtests = queryOptions({
  queryKey: ['backtests'],
  queryFn: async () => (await ask<{ backtests: BacktestView[] }>('/v1/backtests')).backtests,
  refetchInterval: (query) => (runsStill(query.state.data) ? 1_000 : 30_000),
});

export const tunings = queryOptions({
  queryKey: ['tunings'],
  queryFn: async () => (await ask<{ tunings: TuningView[] }>('/v1/recommendations/tuning')).tunings,
  refetchInterval: (query) => (runsStill(query.state.data) ? 1_000 : 30_000),
});
