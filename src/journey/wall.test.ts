import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOf, hourOf, instantOfWall, isZone, localTime, nextAt, nextReading } from './wall.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();
const next = (asked: Omit<Parameters<typeof nextAt>[0], 'after'> & { after: string }) =>
  iso(nextAt({ ...asked, after: at(asked.after) }).due);

describe('local time (trust row 57)', () => {
  it('reads at ten in the shop, on both sides of a change of clock', () => {
    expect(nextReading('10:00', 'Europe/Berlin', at('2026-03-28T12:00:00Z'))).toBe(at('2026-03-29T08:00:00Z'));
    expect(nextReading('10:00', 'Europe/Berlin', at('2026-03-29T08:00:00Z'))).toBe(at('2026-03-30T08:00:00Z'));
    expect(nextReading('10:00', 'Europe/Berlin', at('2026-10-24T12:00:00Z'))).toBe(at('2026-10-25T09:00:00Z'));
  });

  it('shifts forward out of a gap, takes the first of two, knows half hours', () => {
    expect(localTime(at('2026-03-29T12:00:00Z'), 'Europe/Berlin', 2, 30)).toBe(at('2026-03-29T01:30:00Z'));
    expect(localTime(at('2026-10-25T12:00:00Z'), 'Europe/Berlin', 2, 30)).toBe(at('2026-10-25T00:30:00Z'));
    expect(localTime(at('2026-10-04T00:00:00Z'), 'Australia/Lord_Howe', 2, 15)).toBe(at('2026-10-03T15:45:00Z'));
  });

  it('goes over the day that Apia never had', () => {
    // Samoa went from 29 to 31 December 2011.
    expect(iso(instantOfWall({ wall: '2011-12-30T09:00', zone: 'Pacific/Apia' })!)).toBe('2011-12-30T19:00:00.000Z');
    expect(dateOf(at('2011-12-30T19:00:00Z'), 'Pacific/Apia')).toBe('2011-12-31');
    expect(next({ at: '09:00', zone: 'Pacific/Apia', after: '2011-12-29T20:00:00Z' })).toBe('2011-12-30T19:00:00.000Z');
  });

  it('knows days of the week, ends of months and leap days', () => {
    const berlin = 'Europe/Berlin';
    // Tuesday; the next Monday, and the same Tuesday where nine has not yet come.
    expect(next({ at: '09:00', zone: berlin, after: '2026-11-24T12:00:00Z', days: [1] })).toBe(
      '2026-11-30T08:00:00.000Z',
    );
    expect(next({ at: '09:00', zone: berlin, after: '2026-11-24T07:00:00Z', days: [2, 5] })).toBe(
      '2026-11-24T08:00:00.000Z',
    );
    expect(next({ at: '09:00', zone: berlin, after: '2027-02-01T00:00:00Z', dates: [31] })).toBe(
      '2027-02-28T08:00:00.000Z',
    );
    expect(next({ at: '09:00', zone: berlin, after: '2028-02-01T00:00:00Z', dates: [31] })).toBe(
      '2028-02-29T08:00:00.000Z',
    );
    expect(next({ at: '09:00', zone: berlin, after: '2026-11-30T09:00:00Z', dates: [30] })).toBe(
      '2026-12-30T08:00:00.000Z',
    );
    expect(instantOfWall({ wall: '2027-02-29T09:00', zone: berlin })).toBeNull();
    expect(instantOfWall({ wall: '2036-02-29', zone: berlin })).toBe(at('2036-02-28T23:00:00Z'));
  });

  it('refuses what is no zone', () => {
    for (const zone of ['Mars/Phobos', '', '+25:00', '+02:00', null, 7])
      expect([zone, isZone(zone)]).toEqual([zone, false]);
    expect(['UTC', 'Europe/Berlin', 'Asia/Kathmandu'].every(isZone)).toBe(true);
  });

  it('gives the first instant at which the clock shows the time, as a search minute by minute finds it', () => {
    const zones = [
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Africa/Casablanca',
      'America/Santiago',
    ];
    const first = at('2024-01-01T00:00:00Z');
    const minute = 60_000;
    const days = integer({ min: 0, max: 365 * 6 });
    assert(
      property(constantFrom(...zones), days, integer({ min: 0, max: 23 }), (zone, day, hour) => {
        const after = first + day * 24 * 60 * minute;
        const found = nextAt({ at: `${String(hour).padStart(2, '0')}:00`, zone, after }).due;
        const shows = (ms: number) =>
          hourOf(ms, zone) === hour && new Date(ms).getUTCMinutes() % 15 === 0 && hourOf(ms - minute, zone) !== hour;
        // Quarter by quarter is enough: every zone's offset is a whole number of quarters.
        let searched = after - (after % (15 * minute)) + 15 * minute;
        while (!shows(searched) && searched < after + 50 * 60 * minute) searched += 15 * minute;
        // In a gap no clock shows it that day: then it is shifted forward, and comes before what the search finds.
        expect(found).toBeLessThanOrEqual(searched);
        if (hourOf(found, zone) === hour) expect(iso(found)).toBe(iso(searched));
      }),
      { numRuns: 300 },
    );
  });
});
