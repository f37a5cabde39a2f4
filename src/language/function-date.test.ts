import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { compileExpression } from './index.ts';

const now = Date.UTC(2026, 10, 23, 10);

function value(source: string, timeZone = 'UTC', scope: Record<string, unknown> = {}): unknown {
  return compileExpression(source).evaluate(scope, { now, timeZone });
}

/** What a clock on the wall shows at the moment an expression gives. */
function wall(source: string, timeZone: string): unknown {
  return value(`formatDate(${source}, "yyyy-MM-dd HH:mm XXX")`, timeZone);
}

function refusal(source: string, timeZone = 'UTC'): string {
  try {
    return String(value(source, timeZone));
  } catch (error) {
    if (error instanceof BeckonError) return `${error.code} ${error.message.replace(/^At .*?column \d+: /, '')}`;
    throw error;
  }
}

const [berlin, lordHowe, apia] = ['Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Apia'];

describe('the clock on the wall', () => {
  test.each([
    // Berlin: 02:00–03:00 is skipped on 29 March 2026, and comes twice on 25 October.
    ['addDays("2026-03-28T08:00:00+01:00", 1)', berlin, '2026-03-29 08:00 +02:00'],
    ['addHours("2026-03-28T08:00:00+01:00", 24)', berlin, '2026-03-29 09:00 +02:00'],
    ['addDays("2026-03-28T02:30:00+01:00", 1)', berlin, '2026-03-29 03:30 +02:00'],
    ['addDays("2026-10-24T02:30:00+02:00", 1)', berlin, '2026-10-25 02:30 +02:00'],
    ['addHours("2026-10-25T02:30:00+02:00", 1)', berlin, '2026-10-25 02:30 +01:00'],
    ['setHours("2026-03-29T12:15:00+02:00", 2)', berlin, '2026-03-29 03:15 +02:00'],
    ['truncateToStartOfDay("2026-03-29T12:00:00+02:00")', berlin, '2026-03-29 00:00 +01:00'],
    ['truncateToStartOfDay("2026-11-23T23:30:00Z")', berlin, '2026-11-24 00:00 +01:00'],
    ['truncateToStartOfYear("2026-12-31T23:30:00Z")', berlin, '2027-01-01 00:00 +01:00'],
    ['toDateTimeOnly("2026-07-01T09:00:00")', berlin, '2026-07-01 09:00 +02:00'],
    ['toDateTimeOnly("2026-07-01T09:00:00.123Z")', berlin, '2026-07-01 09:00 +02:00'],
    ['toDateTimeOnly("2026-07-01T09:00-08:00[America/Los_Angeles]")', berlin, '2026-07-01 09:00 +02:00'],
    ['"2026-07-01"', 'America/New_York', '2026-07-01 00:00 -04:00'],
    ['"2026-07-01T09:00:00"', 'America/New_York', '2026-07-01 05:00 -04:00'],
    // Lord Howe moves by half an hour: on 4 October 2026 02:00 becomes 02:30, on 5 April 02:00 becomes 01:30.
    ['addDays("2026-10-03T02:10:00+10:30", 1)', lordHowe, '2026-10-04 02:40 +11:00'],
    ['addDays("2026-04-04T01:45:00+11:00", 1)', lordHowe, '2026-04-05 01:45 +11:00'],
    ['addMinutes("2026-04-05T01:45:00+11:00", 30)', lordHowe, '2026-04-05 01:45 +10:30'],
    ['setHours("2026-10-04T12:10:00+11:00", 2)', lordHowe, '2026-10-04 02:40 +11:00'],
    // Apia left out 30 December 2011.
    ['addDays("2011-12-29T12:00:00-10:00", 1)', apia, '2011-12-31 12:00 +14:00'],
    ['addHours("2011-12-29T12:00:00-10:00", 12)', apia, '2011-12-31 00:00 +14:00'],
    ['truncateToStartOfDay("2011-12-31T12:00:00+14:00")', apia, '2011-12-31 00:00 +14:00'],
    // Where midnight is skipped the day begins at one, where it comes twice with the first.
    ['truncateToStartOfDay("2018-11-04T12:00:00-02:00")', 'America/Sao_Paulo', '2018-11-04 01:00 -02:00'],
    ['truncateToStartOfDay("2018-02-18T12:00:00-03:00")', 'America/Sao_Paulo', '2018-02-18 00:00 -03:00'],
  ])('%s in %s is %s', (source, zone, expected) => expect(wall(source, zone)).toBe(expected));

  test('whatever is added in days, the clock shows the same hour, but in the hours that are skipped', () => {
    const zones = fc.constantFrom(berlin, lordHowe, apia, 'America/Havana', 'Africa/Casablanca', 'Asia/Kathmandu');
    const moment = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2035, 0, 1) });
    const clock = new Map<string, Intl.DateTimeFormat>();
    // The zones' own clock, without our arithmetic.
    const shown = (at: number, timeZone: string) => {
      const format =
        clock.get(timeZone) ?? new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
      clock.set(timeZone, format);
      return format.format(at);
    };
    const skipped = 24 * 3_600_000; // Apia's day is the longest gap there has been
    const compiled = compileExpression('addDays(at, n)');
    fc.assert(
      fc.property(moment, fc.integer({ min: -400, max: 400 }), zones, (at, n, timeZone) => {
        const later = compiled.evaluate({ at, n }, { now, timeZone }) as number;
        const [day, hour] = shown(at, timeZone).split(' ') as [string, string];
        const wanted = `${new Date(Date.parse(day) + n * 86_400_000).toISOString().slice(0, 10)} ${hour}`;
        if (shown(later, timeZone) === wanted) return;
        const behind =
          Date.parse(`${shown(later, timeZone).replace(' ', 'T')}Z`) - Date.parse(`${wanted.replace(' ', 'T')}Z`);
        expect(behind).toBeGreaterThan(0);
        expect(behind).toBeLessThanOrEqual(skipped);
        for (let probe = later - behind; probe < later + behind; probe += 900_000)
          expect(shown(probe, timeZone)).not.toBe(wanted);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the calendar', () => {
  test.each<[string, unknown]>([
    ['formatDate(addMonths("2024-01-31", 1))', '2024-02-29'],
    ['formatDate(addMonths("2026-03-31", -1))', '2026-02-28'],
    ['formatDate(addMonths("2026-11-30", 3))', '2027-02-28'],
    ['formatDate(addYears("2024-02-29", 4))', '2028-02-29'],
    ['formatDate(addYears("2024-02-29", -1))', '2023-02-28'],
    ['formatDate(setDays("2024-02-10", 30))', '2024-02-29'],
    ['weekOfYear("2026-12-31")', 53],
    ['weekOfYear("2027-01-03")', 53],
    ['weekOfYear("2027-01-04")', 1],
    ['weekOfYear("2024-12-30")', 1],
    ['formatDate("2024-12-30", "YYYY-\'W\'ww-e")', '2025-W01-1'],
    ['formatDate("2027-01-01", "YYYY yyyy")', '2026 2027'],
    ['dayOfWeek("2026-11-23")', 1],
    ['dayOfYear("2026-12-31")', 365],
    ['formatDate(truncateToStartOfQuarter("2026-12-31"))', '2026-10-01'],
    ['formatDate(truncateToStartOfWeek("2026-01-01"))', '2025-12-29'],
    ['diffInMonths("2026-02-28", "2026-01-31")', 0],
    ['diffInMonths("2026-01-31", "2026-03-01")', -1],
    ['diffInYears("2028-02-29", "2024-02-29")', 4],
    ['diffInHours("2026-11-23T08:30:00Z", now())', -1],
    ['dateDiff("2026-11-24", "2026-11-20")', -4],
    ['age("2008-11-23")', 18],
    ['age("2008-11-24")', 17],
    ['ageInMonths("2026-10-24")', 0],
    ['ageInDays("2026-11-23T09:00:00Z")', 0],
    ['compareDates("2026-11-23T12:00:00+02:00", now())', 0],
    ['dateBetween("2026-11-23", "2026-11-23", "2026-11-24")', true],
    ['dateBetween("2026-11-22T23:59:59Z", "2026-11-23", "2026-11-24")', false],
    ['dateBetween(null, "2026-11-23", "2026-11-24")', false],
    ['addDays("no date", 1)', null],
    ['addDays(now(), null)', null],
    ['addYears(now(), 300000)', null],
    ['extractYear("0099-05-05")', 99],
  ])('%s is %j', (source, expected) => expect(value(source)).toEqual(expected));

  test.each([
    ['setDays(now(), 32)', 'RENDER_TYPE 32 was given where a number from 1 to 31 was expected'],
    ['setHours(now(), 24)', 'RENDER_TYPE 24 was given where a number from 0 to 23 was expected'],
    ['addDays(now(), 0.5)', 'RENDER_TYPE 0.5 was given where a whole number was expected'],
    [
      'nowWithDelta(1, "fortnights")',
      'RENDER_TYPE "fortnights" was given where years, months, weeks, days, hours, minutes or seconds was expected',
    ],
    ['now("Mars/Base")', 'RENDER_TYPE "Mars/Base" is not a time zone; write it as "Europe/Stockholm"'],
  ])('%s is refused', (source, expected) => expect(refusal(source)).toBe(expected));
});

describe('windows around now (journeys.md §2.8)', () => {
  test.each<[string, unknown]>([
    ['inLastHours(now(), 0)', true],
    ['inLastHours("2026-11-23T09:00:00Z", 1)', true],
    ['inLastHours("2026-11-23T08:59:59Z", 1)', false],
    ['inLastHours("2026-11-23T10:00:01Z", 1)', false],
    ['inLastDays("2026-10-24T10:00:00Z", 30)', true],
    ['inLastMonths("2026-08-23T10:00:00Z", 3)', true],
    ['inLastMonths("2026-08-23T09:59:59Z", 3)', false],
    ['inLastYears("2025-11-23T10:00:00Z", 1)', true],
    ['inNextDays("2026-11-24T10:00:00Z", 1)', true],
    ['inNextDays("2026-11-24T10:00:01Z", 1)', false],
    ['inNextMonths("2026-12-01", 1)', true],
    ['inNextYears("2028-01-01", 1)', false],
    ['inLastDays(null, 1)', false],
    ['inLastDays("no date", 1)', false],
    ['nowWithDelta(-3, "DAYS") = addDays(now(), -3)', true],
    ['nowWithDelta(1, "month") = addMonths(now(), 1)', true],
  ])('%s is %j', (source, expected) => expect(value(source)).toBe(expected));
});

describe('moments with a zone', () => {
  const tokyo = 'updateTimeZone(now(), "Asia/Tokyo")';
  test.each<[string, unknown]>([
    [`formatDate(${tokyo}, "HH:mm VV")`, '19:00 Asia/Tokyo'],
    [`toString(${tokyo})`, '2026-11-23T19:00:00.000+09:00'],
    [`toString(toUTC(${tokyo}))`, '2026-11-23T10:00:00.000Z'],
    [`${tokyo} = now()`, true],
    [`${tokyo} = toUTC(now())`, true],
    [`${tokyo} != now()`, false],
    [`${tokyo} < now() + 1`, true],
    [`now() - 1 < ${tokyo}`, true],
    [`${tokyo} < "text"`, false],
    [`${tokyo} = null`, false],
    [`${tokyo} + toDuration("PT1H")`, now + 3_600_000],
    [`${tokyo} - now()`, 0],
    [`${tokyo}.at`, null],
    [tokyo, now],
    [`toString(addDays(${tokyo}, 1))`, '2026-11-24T19:00:00.000+09:00'],
    [`toString(setHours(${tokyo}, 8))`, '2026-11-23T08:00:00.000+09:00'],
    [`toString(truncateToStartOfDay(${tokyo}))`, '2026-11-23T00:00:00.000+09:00'],
    [`extractHours(${tokyo})`, 19],
    [`distinct([${tokyo}, now()])`, [now]],
    [`max(${tokyo}, 5)`, now],
    ['formatDate("2026-11-23T11:00:00+01:00[Europe/Berlin]", "HH:mm")', '11:00'],
    ['formatDate("2026-11-23T11:00[Europe/Berlin]", "HH:mm XXX")', '11:00 +01:00'],
    ['formatDate(updateTimeZone(now(), "-03:30"), "HH:mm")', '06:30'],
    ['toString(nowWithDelta(1, "days", "Asia/Tokyo"))', '2026-11-24T19:00:00.000+09:00'],
  ])('%s is %j', (source, expected) => {
    const result = value(source);
    expect(Array.isArray(result) ? result.map(Number) : result).toEqual(expected);
  });
});

describe('reading texts', () => {
  test.each<[string, unknown]>([
    ['toDateTime("2026-11-23T10:00:00.5Z")', now + 500],
    ['toDateTime("2026-11-23T10:00Z")', now],
    ['toDateTime("2026-02-30")', null],
    ['toDateTime("2026-02-29T10:00:00Z")', null],
    ['toDateTime("2026-13-01")', null],
    ['toDateTime("2026-11-23 10:00")', null],
    ['toDateTime("")', null], // Journey Optimizer: the epoch, which then counts as 1970
    ['toDateTime("tomorrow")', null],
    ['toDateTime(null)', null],
    ['toDateTime(5)', 5],
    ['toDateTimeOnly("tomorrow")', null],
    ['toDateTime("23.11.2026 10:00", "dd.MM.yyyy HH:mm")', now],
    ['toDateTime("23 Nov 2026 10:00 AM", "d MMM yyyy h:mm a")', now],
    ['toDateTime("23 November 2026 12:00 PM", "d MMMM yyyy h:mm a")', now + 7_200_000],
    ['toDateTime("Mon, 23 Nov 2026 11:00:00 +0100", "EEE, d MMM yyyy HH:mm:ss Z")', now],
    ['toDateTime("20261123100000", "yyyyMMddHHmmss")', now],
    ['toDateTime("23. November 2026 10:00", "d. MMMM yyyy HH:mm", "de_DE")', now],
    ['toDateTime("23/11/26", "dd/MM/yy")', Date.UTC(2026, 10, 23)],
    ['toDateTime("31/02/2026", "dd/MM/yyyy")', null],
    ['toDateTime("23/11/2026x", "dd/MM/yyyy")', null],
    ['toDateTime("23-11-2026", "dd/MM/yyyy")', null],
    ['toDateTime("2026", "yyyy JJ")', null],
    ['toDateTime("25:00", "HH:mm")', null],
    ['toDuration("P1DT2H")', 93_600_000],
    ['toDuration("7 days")', 604_800_000],
    ['toDuration("1 hour")', 3_600_000],
    ['toDuration("-PT15M")', -900_000],
    ['toDuration("P1M")', null],
    ['toDuration("soon")', null],
    ['toDuration(null)', null],
  ])('%s is %j', (source, expected) => expect(value(source)).toEqual(expected));

  test('a day and a pattern are read in the zone of the run', () => {
    expect(value('toDateTime("2026-07-01")', berlin)).toBe(Date.UTC(2026, 5, 30, 22));
    expect(value('toDateTime("01.07.2026 09:30", "dd.MM.yyyy HH:mm")', berlin)).toBe(Date.UTC(2026, 6, 1, 7, 30));
    expect(value('age("2008-11-24")', 'Asia/Tokyo')).toBe(17);
  });

  test('what a pattern writes it reads again', () => {
    const patterns = [
      'yyyy-MM-dd HH:mm:ss.SSS',
      'd MMMM y, h:mm:ss.SSS a',
      'EEEE, dd.MM.yyyy KK:mm:ss SSS a XXX',
      'MMM d uuuu kk:mm:ss.SSS xx',
    ];
    const at = fc.integer({ min: Date.UTC(1902, 0, 1), max: Date.UTC(2099, 0, 1) });
    const compiled = compileExpression('toDateTime(formatDate(at, pattern, locale), pattern, locale)');
    fc.assert(
      fc.property(
        at,
        fc.constantFrom(...patterns),
        fc.constantFrom('en', 'de_DE', 'fr_FR', 'sv'),
        (moment, pattern, locale) => {
          expect(compiled.evaluate({ at: moment, pattern, locale }, { now })).toBe(moment);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('patterns as in Java (journeys.md §2.4)', () => {
  const moment = '"2026-03-05T09:07:03.045Z"';
  test.each<[string, string]>([
    ['y yy yyy yyyy', '2026 26 2026 2026'],
    ['M MM MMM MMMM', '3 03 Mar March'],
    ['d dd D DDD', '5 05 64 064'],
    ['E EEE EEEE e', 'Thu Thu Thursday 4'],
    ['H HH h hh k K a', '9 09 9 09 9 9 AM'],
    ['m mm s ss S SS SSS SSSSSS', '7 07 3 03 0 04 045 045000'],
    ['Q QQ QQQ w ww YYYY', '1 01 Q1 10 10 2026'],
    ['G', 'AD'],
    ["'at' HH''mm", "at 09'07"],
    ["''", "'"],
    ['X XX XXX x xx xxx Z ZZZZ O VV', 'Z Z Z +00 +0000 +00:00 +0000 GMT GMT UTC'],
    ['dd/MM/yyyy, [x]', '05/03/2026, [+00]'],
  ])('%s is %s', (pattern, expected) => {
    expect(value(`formatDate(${moment}, p)`, 'UTC', { p: pattern })).toBe(expected);
  });

  test.each([
    ['X XX XXX Z O z', '+05:45', '+0545 +0545 +05:45 +0545 GMT+05:45 GMT+5:45'],
    ['zzzz', 'Europe/Berlin', 'Central European Standard Time'],
  ])('%s in %s is %s', (pattern, zone, expected) => {
    const at = zone.startsWith('+') ? 'Asia/Kathmandu' : zone;
    expect(value(`formatDate(${moment}, "${pattern}")`, at)).toBe(expected);
  });

  test.each([
    ['EEEE d MMMM yyyy', 'fr_FR', 'jeudi 5 mars 2026'],
    ['EEE d. MMM', 'de_DE', 'Do 5. März'],
    ['d MMMM', 'pl_PL', '5 marca'],
    ['LLLL', 'pl_PL', 'marzec'],
    ['EEEE', 'ja_JP', '木曜日'],
  ])('%s in %s is %s', (pattern, locale, expected) => {
    expect(value(`formatDate(${moment}, "${pattern}", "${locale}")`)).toBe(expected);
  });

  test('a zone may be given for one print', () => {
    expect(value(`formatDate(${moment}, "HH:mm", "en", "Asia/Tokyo")`)).toBe('18:07');
  });
});
