import { expect, test } from 'vitest';
import { backtest, type Backtested, backtestDefaults, type BacktestResult, type Target } from './backtest.ts';
import type { PastEvent } from './evaluate-format.ts';

const start = Date.UTC(2026, 0, 1);
const hour = 3600 * 1000;

/** Each script is a visit, an hour apart: `visitor: view, c:cart, p:purchase`. */
function history(...visits: string[]): PastEvent[] {
  const kinds: Record<string, PastEvent['kind']> = { c: 'cart', p: 'purchase' };
  return visits.flatMap((visit, n) => {
    const [visitor, script] = visit.split(': ');
    return script!.split(' ').map((word, i): PastEvent => {
      const [kind, item] = word.includes(':') ? word.split(':') : ['v', word];
      return {
        visitor: visitor!,
        session: `s${n}`,
        item: item!,
        kind: kinds[kind!] ?? 'view',
        at: start + n * hour + i * 1000,
      };
    });
  });
}

function run(events: readonly PastEvent[], settings = backtestDefaults): BacktestResult | null {
  const work = backtest(events, settings);
  for (;;) {
    const { value, done } = work.next();
    if (done === true) return value;
  }
}

const of = (result: BacktestResult, criterion: Backtested, target: Target) =>
  result.rows.find((row) => row.criterion === criterion && row.target === target)!.scores;

test('asks before each first touch of an item in a visit, with what was known by then', () => {
  // The second half asks about three items of s2 (a, b, a again is no question) and one of s3.
  const result = run(history('v1: a b', 'v2: a b', 'v3: a b a', 'v4: z'))!;
  expect(result).toMatchObject({ events: 8, visitors: 4, items: 3, questions: { view: 3, cart: 0, purchase: 0 } });
  // b after a was predicted; a (the visit began with it) and z (never seen) were not.
  expect(of(result, 'session', 'view').hitRate[5]!.value).toBeCloseTo(1 / 3);
  expect(of(result, 'session', 'view').reciprocalRank.value).toBeCloseTo(1 / 3);
  expect(of(result, 'viewed-viewed', 'view')).toMatchObject({ lists: 3, answered: 1 });
  // The most viewed are a and b: a first, and b first once a is on the page.
  expect(of(result, 'popular-viewed', 'view').reciprocalRank.value).toBeCloseTo(2 / 3);
  expect(result.rows.every(({ target }) => target === 'view')).toBe(true);
});

test('an item that the visit goes on to buy counts for purchases, at the moment it was first looked at', () => {
  const result = run(history('v1: a b p:b', 'v2: a b p:b', 'v3: a b p:b'), { questions: 100, share: 0.3 })!;
  expect(result.questions).toEqual({ view: 2, cart: 0, purchase: 1 });
  expect(of(result, 'viewed-bought', 'purchase').hitRate[5]!.value).toBe(1);
  expect(of(result, 'viewed-bought', 'view').hitRate[5]!.value).toBe(0.5);
});

test('what a visitor looked at on other days is what recently viewed shows', () => {
  const result = run(history('v1: a', 'v2: x', 'v2: y', 'v1: z a'), { questions: 100, share: 0.4 })!;
  expect(of(result, 'recent', 'view').hitRate[5]!.value).toBe(0.5);
});

test('questions are thinned evenly, and the same history gives the same result', () => {
  const events = history(
    ...Array.from({ length: 60 }, (_, n) => `v${n % 7}: i${n % 5} i${(n + 1) % 5} c:i${(n * 3) % 5}`),
  );
  const result = run(events, { questions: 20, share: 0.5 })!;
  expect(result.questions.view).toBeLessThanOrEqual(20);
  expect(result.questions.view).toBeGreaterThan(10);
  expect(run(events, { questions: 20, share: 0.5 })).toEqual(result);
});

test('only the criteria that were asked for are tried, over only the newest days', () => {
  const visits = Array.from({ length: 30 }, (_, n) => `v${n}: a b`);
  const days = history(...visits).map((event, n) => ({
    ...event,
    at: start + Math.floor(n / 2) * 24 * hour + (n % 2),
  }));
  const result = run(days, { ...backtestDefaults, days: 3, criteria: ['popular-viewed', 'viewed-viewed'] })!;
  expect([...new Set(result.rows.map(({ criterion }) => criterion))]).toEqual(['popular-viewed', 'viewed-viewed']);
  expect(result.questions.view).toBe(7); // three days, and b of the day they begin in
  expect(result.split).toBe(result.until - 3 * 24 * hour);
  // A twentieth is learned first, however many days are asked about.
  expect(run(days, { ...backtestDefaults, days: 365 })!.questions.view).toBe(57);
});

test('without a history there is no result', () => {
  expect(run([])).toBeNull();
});

test('what items are is as of now: items alike by their words have a list, and the result says of how many it was told', () => {
  const events = history('v1: red', 'v2: red blue', 'v3: red blue');
  const names = { red: 'Warm winter coat', blue: 'Warm winter coat', lamp: 'Desk lamp', rug: 'Grey rug' };
  const items = Object.entries(names).map(([id, name]) => ({ id, name, categories: [], attributes: {} }));
  const tried = (known: object) => {
    const work = backtest(events, { ...backtestDefaults, criteria: ['similar'] }, known);
    for (;;) {
      const { value, done } = work.next();
      if (done === true) return value!;
    }
  };
  const told = tried({ items });
  expect(told.described).toBe(4);
  expect(of(told, 'similar', 'view').hitRate[5]!.value).toBeGreaterThan(0);
  const untold = tried({});
  expect(untold.described).toBe(0);
  expect(of(untold, 'similar', 'view').answered).toBe(0);
});
