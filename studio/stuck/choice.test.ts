import { describe, expect, it } from 'vitest';
import { type Run, byJourney, toggled } from './choice.ts';

const run = (runId: string, journey: string): Run => ({
  runId,
  journey,
  version: 1,
  profileId: 'p',
  label: 'Ada',
  activity: 'ask',
  since: '2026-11-24T09:00:00Z',
  why: '',
  said: { code: 'stuck.wait', values: {} },
});

describe('chosen runs', () => {
  it('go to the doors of their journeys, and those that went on meanwhile to none', () => {
    const runs = [run('1', 'cart'), run('2', 'views'), run('3', 'cart')];
    expect([...byJourney(runs, new Set(['1', '2', '3', 'gone']))]).toEqual([
      ['cart', ['1', '3']],
      ['views', ['2']],
    ]);
  });

  it('are all that is shown with one click, and none with the next', () => {
    const some = toggled(new Set(['1']), ['1', '2']);
    expect([...some]).toEqual(['1', '2']);
    expect([...toggled(some, ['1', '2'])]).toEqual([]);
    expect([...toggled(some, ['1'])]).toEqual(['2']);
  });
});
