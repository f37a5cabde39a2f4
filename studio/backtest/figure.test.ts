import { expect, it } from 'vitest';
import type { Tried } from '../../src/api/contract-replay.ts';
import { askedAs, bestOf, calledBy, isAhead, reachOf, rowsBeside, spotsOf } from './figure.ts';

const row = (criterion: Tried, value: number, error: number, target: 'view' | 'cart' = 'view') => ({
  criterion,
  target,
  scores: {
    lists: 10,
    answered: 5,
    hitRate: { '10': { value, error } },
    reciprocalRank: { value: 0.1, error: 0.01 },
    ndcg: {},
    averagePrecision: { value: 0, error: 0 },
    coverage: 0.5,
    novelty: 1,
    popularityBias: 0,
  },
});

it('criteria stand side by side for one target, the best first, with intervals that stay within 0 and 1', () => {
  const spots = spotsOf(
    [row('popular-viewed', 0.1, 0.06), row('session', 0.3, 0.01), row('cart', 0.9, 0, 'cart')],
    'view',
  );
  expect(spots.map(({ criterion, low, high }) => [criterion, low.toFixed(4), high.toFixed(4)])).toEqual([
    ['session', '0.2804', '0.3196'],
    ['popular-viewed', '0.0000', '0.2176'],
  ]);
  expect(spots[0]).toMatchObject({ answered: 0.5, coverage: 0.5 });
  expect(reachOf(spots)).toBe(0.35);
  expect(reachOf([])).toBe(0.05);
});

it('the first is ahead only where the intervals lie apart', () => {
  expect(isAhead(spotsOf([row('session', 0.3, 0.01), row('recent', 0.1, 0.01)], 'view'))).toBe(true);
  expect(isAhead(spotsOf([row('session', 0.3, 0.05), row('recent', 0.25, 0.05)], 'view'))).toBe(false);
  expect(isAhead([])).toBe(false);
});

it('runs stand side by side by criterion, with a gap where one was not tried', () => {
  const [first, second] = [
    [row('cart', 0.2, 0.01), row('recent', 0.1, 0.01)],
    [row('session', 0.3, 0.01), row('cart', 0.1, 0.01)],
  ];
  const beside = rowsBeside([spotsOf(first, 'view'), spotsOf(second, 'view')]);
  expect(beside.map(({ criterion, spots }) => [criterion, ...spots.map((spot) => spot?.value ?? null)])).toEqual([
    ['session', null, 0.3],
    ['cart', 0.2, 0.1],
    ['recent', 0.1, null],
  ]);
  expect(bestOf(second)?.criterion).toBe('session');
  expect(bestOf([])).toBeUndefined();
});

it('asks for a criterion that has the name of a built-in way by another, and calls each by its own', () => {
  expect(askedAs('coats')).toBe('coats');
  expect(askedAs('session')).toBe('criterion:session');
  const say = (key: string) => key;
  const nameOf = (key: string) => `name of ${key}`;
  expect(calledBy(say, 'session', nameOf)).toBe('backtest.of.session');
  expect(calledBy(say, 'criterion:session', nameOf)).toBe('name of session');
  expect(calledBy(say, 'coats', nameOf)).toBe('name of coats');
});
