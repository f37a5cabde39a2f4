import { Type, type TSchema } from 'typebox';
import type { BacktestResult, Replay, TuneResult } from '../recommend/index.ts';
import { BacktestRequest, BacktestView, TuningRequest, TuningView } from './contract-replay.ts';
import type { Door } from './door.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));

/** Doors to replays of the shop's own history: backtests of criteria, and the recommender's own tuning. */
export function replayDoors(make: Make, { replays }: House): void {
  make({
    method: 'POST',
    path: '/backtests',
    scope: 'recommend',
    summary:
      'Replay the shop’s history and ask each criterion what it would have shown. Runs beside everything else; while one runs, that one is the answer.',
    body: BacktestRequest,
    answer: BacktestView,
    status: 201,
    work: async (call) => backtestOf(await replays.ask('backtest', call.body)),
  });
  make({
    method: 'GET',
    path: '/backtests',
    scope: 'read',
    summary: 'The newest 50 backtests with their results, newest first.',
    answer: Type.Object({ backtests: Type.Array(BacktestView) }),
    work: async () => ({ backtests: (await replays.list('backtest')).map(backtestOf) }),
  });
  make({
    method: 'GET',
    path: '/backtests/:id',
    scope: 'read',
    summary: 'One backtest: how far it is, and its result.',
    answer: BacktestView,
    work: async (call) => backtestOf(await replays.get(call.part('id'), 'backtest')),
  });
  make({
    method: 'DELETE',
    path: '/backtests/:id',
    scope: 'recommend',
    summary: 'Cancel a backtest that waits or runs; one that is over stays as it is.',
    answer: BacktestView,
    work: async (call) => backtestOf(await replays.cancel(call.part('id'), 'backtest')),
  });
  tuningDoors(make, replays);
}

function tuningDoors(make: Make, replays: House['replays']): void {
  const all = Type.Object({ tunings: Type.Array(TuningView) });
  make({
    method: 'GET',
    path: '/recommendations/tuning',
    scope: 'read',
    summary: 'What the recommender found when it tuned itself: before and after, on how much data, and what is in use.',
    answer: all,
    work: async () => ({ tunings: (await replays.list('tuning')).map(tuningOf) }),
  });
  make({
    method: 'POST',
    path: '/recommendations/tuning',
    scope: 'recommend',
    summary:
      'Tune now, beside everything else. The shipped constants stay where nothing is better by more than its noise.',
    body: Type.Union([TuningRequest, Type.Null()]),
    answer: TuningView,
    status: 201,
    work: async ({ body }) => tuningOf(await replays.ask('tuning', body ?? {})),
  });
  make({
    method: 'POST',
    path: '/recommendations/tuning/:id/use',
    scope: 'recommend',
    summary: 'Use what a tuning found, until a later one is better.',
    answer: TuningView,
    work: async (call) => tuningOf(await replays.use(call.part('id'))),
  });
  make({
    method: 'DELETE',
    path: '/recommendations/tuning/:id',
    scope: 'recommend',
    summary: 'Cancel a tuning that waits or runs; one that is over stays as it is.',
    answer: TuningView,
    work: async (call) => tuningOf(await replays.cancel(call.part('id'), 'tuning')),
  });
  make({
    method: 'DELETE',
    path: '/recommendations/tuning',
    scope: 'recommend',
    summary: 'Back to the shipped constants, until a later tuning is better.',
    answer: all,
    work: async () => {
      await replays.untune();
      return { tunings: (await replays.list('tuning')).map(tuningOf) };
    },
  });
}

function baseOf({ id, state, askedAt, beganAt, endedAt, done, of, fault }: Replay) {
  const times = { askedAt: iso(askedAt), beganAt: isoOrNull(beganAt), endedAt: isoOrNull(endedAt) };
  return { id, state, ...times, progress: { done, of }, fault };
}

function timesOf({ from, split, until }: { from: number; split: number; until: number }) {
  return { from: iso(from), split: iso(split), until: iso(until) };
}

function backtestOf(replay: Replay): BacktestView {
  const result = replay.result as BacktestResult | null;
  return {
    ...baseOf(replay),
    settings: replay.settings,
    result: result && { ...result, ...timesOf(result) },
  } as BacktestView;
}

function tuningOf(replay: Replay): TuningView {
  const result = replay.result as TuneResult | null;
  return { ...baseOf(replay), inUse: replay.inUse, result: result && { ...result, ...timesOf(result) } } as TuningView;
}
