import { expect, test } from 'vitest';
import { readBacktestFlags, resultLines } from './backtesting.ts';
import { backtest, backtestDefaults, type PastEvent } from './recommend/index.ts';
import { nightAfter } from './replaying.ts';

test('a tuning begins at three in the night, on the shop’s clock', () => {
  const utc = (text: string) => Date.parse(text);
  expect(nightAfter(utc('2026-11-30T09:00:00Z'), 'Europe/Stockholm')).toBe(utc('2026-12-01T02:00:00Z'));
  expect(nightAfter(utc('2026-11-30T00:30:00Z'), 'Europe/Stockholm')).toBe(utc('2026-11-30T02:00:00Z'));
  expect(nightAfter(utc('2026-11-30T09:00:00Z'), 'America/New_York')).toBe(utc('2026-12-01T08:00:00Z'));
});

test('the flags of backtest are its own and those of the settings', () => {
  expect(readBacktestFlags(['--questions', '500', '--share=0.2', '--json', '--data', 'x'])).toEqual({
    settings: { questions: 500, share: 0.2 },
    json: true,
    rest: ['--data', 'x'],
  });
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
