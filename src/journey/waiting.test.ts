import { describe, expect, it } from 'vitest';
import { bestHour } from './best-hour.ts';
import { expressionOf } from './action.ts';
import type { WaitActivity } from './definition.ts';
import { waitingOf } from './waiting.ts';
import { instantOfWall } from './wall.ts';

const at = (text: string) => Date.parse(text);
const base = at('2026-11-24T09:00:00Z'); // Tuesday, 10:00 in Stockholm
const zone = 'Europe/Stockholm';

function until(
  wait: Omit<WaitActivity, 'kind' | 'next'>,
  more: { value?: unknown; base?: number; zone?: string } = {},
) {
  const { value, ...where } = more;
  const hands = { base, zone, evaluate: () => value, times: () => [], quiet: null, ...where };
  const found = waitingOf({ kind: 'wait', next: 'x', ...wait }, hands);
  return found && new Date(found.due).toISOString();
}

describe('a wait (journeys A1, A2, F10)', () => {
  it('elapses: a day is 24 hours, also when the clocks change', () => {
    expect(until({ for: 'PT4H' })).toBe('2026-11-24T13:00:00.000Z');
    expect(until({ for: 'P1D' }, { base: at('2026-10-24T09:00:00Z') })).toBe('2026-10-25T09:00:00.000Z');
  });

  it('goes on to a time of the wall, which keeps its hour when the clocks change', () => {
    expect(until({ at: '11:00' })).toBe('2026-11-24T10:00:00.000Z');
    expect(until({ at: '10:00' })).toBe('2026-11-24T09:00:00.000Z');
    expect(until({ at: '09:00' })).toBe('2026-11-25T08:00:00.000Z');
    expect(until({ at: '09:00', days: [1] })).toBe('2026-11-30T08:00:00.000Z');
    expect(until({ for: 'P1D', at: '09:00' })).toBe('2026-11-26T08:00:00.000Z');
    expect(until({ at: '09:00' }, { base: at('2026-10-24T09:00:00Z') })).toBe('2026-10-25T08:00:00.000Z');
    expect(until({ at: '09:00' }, { zone: 'America/New_York' })).toBe('2026-11-24T14:00:00.000Z');
  });

  it('of a year from 29 February ends on the 28th where there is none (trust row 58)', () => {
    const ends = [3, 4, 7].map((years) => {
      const source = `setHours(addYears(toDateTime("2024-02-29T09:00:00Z"), ${years}), 8)`;
      const value = expressionOf(source).evaluate({}, { now: base, timeZone: zone });
      return until({ until: source }, { value, base: at('2024-03-01T00:00:00Z') });
    });
    expect(ends).toEqual(['2027-02-28T07:00:00.000Z', '2028-02-29T07:00:00.000Z', '2031-02-28T07:00:00.000Z']);
  });

  it('goes to a moment of any form; without a zone it is the wall of the journey', () => {
    expect(until({ until: 'x' }, { value: base + 5 })).toBe('2026-11-24T09:00:00.005Z');
    expect(until({ until: 'x' }, { value: '2026-12-01T09:00' })).toBe('2026-12-01T08:00:00.000Z');
    expect(until({ until: 'x' }, { value: '2026-12-01' })).toBe('2026-11-30T23:00:00.000Z');
    expect(until({ until: 'x' }, { value: '2026-12-01T09:00:00Z' })).toBe('2026-12-01T09:00:00.000Z');
    expect(until({ until: 'x' }, { value: { at: base + 1000, zone } })).toBe('2026-11-24T09:00:01.000Z');
  });

  it('waits no more for what is over, or is no moment', () => {
    for (const value of [base, base - 1, '2026-11-01T09:00', null, undefined, 'soon', {}, NaN, Infinity])
      expect([String(value), until({ until: 'x' }, { value })]).toEqual([String(value), null]);
  });

  it('bears ten years, and nothing beyond what a calendar of a shop needs', () => {
    expect(until({ for: 'P3652D' })).toBe('2036-11-23T09:00:00.000Z');
    expect(until({ until: 'x' }, { value: 8.6e15 })).toBe('3000-01-01T00:00:00.000Z');
  });
});

describe('the best hour (journeys A3)', () => {
  const hour = 3_600_000;
  const evening = Array.from({ length: 6 }, (_, n) => at('2026-11-10T18:20:00Z') + n * 24 * hour); // 19:20 in Stockholm
  const asked = { zone, from: base, withinMs: 24 * hour, quiet: { from: '21:00', to: '08:00' } };

  it('is the hour at which somebody usually comes', () => {
    expect(bestHour({ ...asked, times: evening })).toEqual({
      due: at('2026-11-24T18:00:00Z'),
      wall: '2026-11-24T19:00',
      zone,
    });
  });

  it('is never one in which nothing may leave, nor one that comes too late', () => {
    const night = evening.map((one) => one + 5 * hour);
    const best = bestHour({ ...asked, times: night })!;
    expect(new Date(best.due).getUTCHours()).toBeGreaterThanOrEqual(7);
    expect(bestHour({ ...asked, times: evening, withinMs: 3 * hour })!.due).toBeLessThanOrEqual(base + 3 * hour);
    expect(bestHour({ ...asked, times: evening, withinMs: hour / 2 })).toBeNull();
  });

  it('is ten o’clock where nothing is known', () => {
    expect(bestHour({ ...asked, times: [] })!.wall).toBe('2026-11-25T10:00');
  });

  it('keeps the time of the wall, so that a law which moves the clock moves the wait', () => {
    const { wall } = waitingOf(
      { kind: 'wait', at: '09:00', next: 'x' },
      { base, zone, evaluate: () => null, times: () => [], quiet: null },
    )!;
    expect(wall).toEqual({ wall: '2026-11-25T09:00', zone });
    expect(instantOfWall(wall!)).toBe(at('2026-11-25T08:00:00Z'));
  });
});
