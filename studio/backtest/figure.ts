import type { BacktestView, Tried } from '../../src/api/contract-replay.ts';
import type { Say } from '../words/words.ts';

type Row = NonNullable<BacktestView['result']>['rows'][number];
export type Target = Row['target'];

/** The ways to recommend that a backtest tries (`backtested` in src/recommend/backtest.ts). */
export const tried = [
  'session',
  'for-you',
  'cart',
  'next-basket',
  'viewed-viewed',
  'viewed-bought',
  'bought-bought',
  'similar',
  'recent',
  'popular-viewed',
  'popular-bought',
] as const satisfies readonly Tried[];

/** What a criterion is asked for by: its key, and with a word before it where a built-in way has the same name. Pure. */
export const askedAs = (key: string): string => (isWay(key) ? `criterion:${key}` : key);

const isWay = (name: string): boolean => tried.some((one) => one === name);

/** How a way is called; a criterion by its name. */
export function calledBy(say: Say, criterion: string, nameOf: (key: string) => string = (key) => key): string {
  const way = tried.find((one) => one === criterion);
  return way === undefined ? nameOf(criterion.replace(/^criterion:/, '')) : say(`backtest.of.${way}`);
}

/** The list length whose hit rate is drawn. */
export const length = '10';
/** Half of a 95 % interval, in standard errors. */
const half = 1.96;

export interface Spot {
  /** A built-in way, or a criterion of the shop by key. */
  criterion: string;
  value: number;
  low: number;
  high: number;
  /** Share of the questions that it had a list for. */
  answered: number;
  reciprocalRank: number;
  coverage: number;
}

/** The criteria for one target, the best first, with the ends of their intervals. Pure. */
export function spotsOf(rows: readonly Row[], target: Target): Spot[] {
  return rows
    .filter((row) => row.target === target)
    .map(({ criterion, scores }) => {
      const { value, error } = scores.hitRate[length] ?? { value: 0, error: 0 };
      return {
        criterion,
        value,
        low: Math.max(0, value - half * error),
        high: Math.min(1, value + half * error),
        answered: scores.lists === 0 ? 0 : scores.answered / scores.lists,
        reciprocalRank: scores.reciprocalRank.value,
        coverage: scores.coverage,
      };
    })
    .sort((a, b) => b.value - a.value);
}

/** What the drawing reaches to: a round share at or above all intervals. Pure. */
export function reachOf(spots: readonly Spot[]): number {
  const most = Math.max(0.05, ...spots.map(({ high }) => high));
  return Math.min(1, Math.ceil(most * 20) / 20);
}

/** Is the first ahead of the second by more than chance, as far as their intervals tell? Pure. */
export function isAhead([first, second]: readonly Spot[]): boolean {
  return first !== undefined && (second === undefined || first.low > second.high);
}

/** What foresaw the most views. Pure. */
export const bestOf = (rows: readonly Row[]): Spot | undefined => spotsOf(rows, 'view')[0];

/** Criteria of several runs, each with its spot in each run or null where it was not tried; the best first. Pure. */
export function rowsBeside(runs: readonly (readonly Spot[])[]): { criterion: string; spots: (Spot | null)[] }[] {
  const all = [...new Set(runs.flatMap((spots) => spots.map(({ criterion }) => criterion)))];
  const rows = all.map((criterion) => ({
    criterion,
    spots: runs.map((spots) => spots.find((spot) => spot.criterion === criterion) ?? null),
  }));
  const most = ({ spots }: (typeof rows)[number]) => Math.max(...spots.map((spot) => spot?.value ?? 0));
  return rows.sort((a, b) => most(b) - most(a));
}
