import { expect, test } from 'vitest';
import { readBacktestFlags, resultLines } from './backtesting.ts';
import { backtest, backtestDefaults, type BacktestResult, type PastEvent } from './recommend/index.ts';
import { nightAfter } from './replaying.ts';

test('a tuning begins at three in the night, on the shop’s clock', () => {
  const utc = (text: string) => Date.parse(text);
  expect(nightAfter(utc('2026-11-30T09:00:00Z'), 'Europe/Stockholm')).toBe(utc('2026-12-01T02:00:00Z'));
  expect(nightAfter(utc('2026-11-30T00:30:00Z'), 'Europe/Stockholm')).toBe(utc('2026-11-30T02:00:00Z'));
  expect(nightAfter(utc('2026-11-30T09:00:00Z'), 'America/New_York')).toBe(utc('2026-12-01T08:00:00Z'));
});

test('the flags of backtest are its own and those of the settings', () => {
  const flags = ['--questions', '500', '--share=0.2', '--criteria', 'cart, dear,cart', '--json', '--data', 'x'];
  expect(readBacktestFlags(flags)).toEqual({
    settings: { questions: 500, share: 0.2, criteria: ['cart', 'dear'] },
    json: true,
    rest: ['--data', 'x'],
  });
  expect(() => readBacktestFlags(['--criteria', ','])).toThrow('--criteria "," names no criterion');
  expect(() => readBacktestFlags(['--share', '2'])).toThrow('--share "2" is not a number from 0.05 to 0.95');
});

test('the result is printed as a table for each target that was asked about', () => {
  const at = (n: number) => Date.UTC(2026, 0, 1) + n * 1000;
  const events = ['a', 'b', 'a', 'b'].map((item, n): PastEvent => ({
    visitor: `v${n >> 1}`,
    session: `s${n >> 1}`,
    item,
    kind: 'view',
    at: at(n),
  }));
  const work = backtest(events, backtestDefaults);
  let step = work.next();
  while (!step.done) step = work.next();
  const lines = resultLines({ id: 'r1', result: step.value });
  expect(lines[0]).toBe('4 events of 2 visitors with 2 items, 2026-01-01 to 2026-01-01; asked from 2026-01-01 on');
  expect(lines[1]).toBe('The catalogue tells of no item, so none is like another, and similar has no list');
  expect(lines).toContain('Next view: 2 questions');
  expect(lines.find((line) => line.startsWith('session'))).toMatch(/^session +0\.5000 +0\.5000/);
  expect(lines.join('\n')).not.toContain('purchase');
  expect(lines.at(-1)).toBe('Kept as r1');
  expect(resultLines({ id: 'r1', result: null })).toEqual(['There is no history to ask about yet.']);
});

test('what a criterion of the shop is tried without is said below the table', () => {
  const tried = { name: 'X', version: 1 } as const;
  const criteria: BacktestResult['criteria'] = [
    { ...tried, criterion: 'near', evaluated: true, lacks: ['stock', 'request'] },
    { ...tried, criterion: 'mine', evaluated: false, lacks: ['uploaded-list'] },
    { ...tried, criterion: 'fine', evaluated: true, lacks: [] },
  ];
  const none = { view: 0, cart: 0, purchase: 0 };
  const result = { events: 1, visitors: 1, items: 1, from: 0, split: 0, until: 0, questions: none, rows: [], criteria };
  expect(resultLines({ id: 'r1', result }).slice(1, -2)).toEqual([
    '',
    'near is tried without: stock as it was then; rules see it as it is now; parameters of the request, which history does not hold',
    'mine could not be tried: an uploaded list, which may know what came later',
  ]);
});
