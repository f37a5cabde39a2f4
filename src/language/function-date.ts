import { addOnWall, calendarDays, elapsed, monthsBetween, startOf } from './calendar.ts';
import { readBy, writtenBy } from './date-pattern.ts';
import { errors, shown } from './error.ts';
import { asText, asWhole, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { alike, durationOf, fromWall, millisecondsOf, momentOf, wallOf, zonedAt } from './moment.ts';
import type { Run } from './run.ts';

const dayMs = 86_400_000;
type AddUnit = 'years' | 'months' | 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds';

/** Days and longer units are added on the wall of the zone, so that the hour stays; hours and shorter ones elapse. */
export function added(run: Run, moment: { at: number; zone: string }, by: { n: number; unit: AddUnit }): number {
  const { n, unit } = by;
  if (unit === 'hours' || unit === 'minutes' || unit === 'seconds') return moment.at + n * elapsed[unit];
  return fromWall(run, addOnWall(wallOf(run, moment), n, unit), moment.zone);
}

function formatDate(run: Run, [value, pattern, locale, zone]: unknown[]): string | null {
  const found = momentOf(run, value);
  if (found === null) return null;
  const moment = { at: found.at, zone: asText(run, zone) ?? found.zone };
  const how = { pattern: asText(run, pattern) ?? 'yyyy-MM-dd', locale: asText(run, locale) ?? run.locale };
  return run.bounded(writtenBy(run, moment, how) ?? new Date(moment.at).toISOString());
}

/** A moment out of a text by a pattern, or out of ISO 8601. */
function parsed(run: Run, [value, pattern, locale]: unknown[]): unknown {
  const [text, by] = [value, asText(run, pattern)];
  if (by === null || typeof text !== 'string')
    return momentOf(run, value) === null ? null : (readInZone(run, text) ?? null);
  return readBy(run, text, { pattern: by, locale: asText(run, locale) ?? 'en', zone: run.timeZone });
}

/** A moment with its zone stays one. */
function readInZone(run: Run, value: unknown): unknown {
  const moment = momentOf(run, value);
  if (moment === null || typeof value !== 'string') return value;
  return value.endsWith(']') ? zonedAt(run, moment.at, moment.zone) : moment.at;
}

/** The time on the wall that a text names, whatever its offset, in the run's zone. */
function onWall(run: Run, [value, pattern]: unknown[]): unknown {
  if (typeof value !== 'string' || asText(run, pattern) !== null) return parsed(run, [value, pattern]);
  const bare = value.replace(/(?<=T\d{2}:\d{2}[\d:.]{0,13})(?:Z|[+-]\d{2}:?\d{2})?(?:\[.{0,60}\])?$/, '');
  const at = momentOf(run, `${bare}${bare.includes('T') ? 'Z' : ''}`)?.at ?? null;
  return at === null || !bare.includes('T') ? at : fromWall(run, at, run.timeZone);
}

function dateOnly(run: Run, args: unknown[]): unknown {
  const value = args[1] === undefined ? args[0] : parsed(run, args);
  const moment = momentOf(run, value);
  return moment && alike(run, value, fromWall(run, startOf(wallOf(run, moment), 'days'), moment.zone));
}

function inZone(run: Run, value: unknown, zone: string | null): unknown {
  const at = millisecondsOf(run, value);
  return at === null || zone === null ? at : zonedAt(run, at, zone);
}

const unitNames: Readonly<Record<string, AddUnit>> = {
  year: 'years',
  month: 'months',
  week: 'weeks',
  day: 'days',
  hour: 'hours',
  minute: 'minutes',
  second: 'seconds',
};

function nowWithDelta(run: Run, [n, unit, zone]: unknown[]): unknown {
  const [by, name, named] = [asWhole(run, n), asText(run, unit), asText(run, zone)];
  if (by === null || name === null) return null;
  const singular = name.toLowerCase().replace(/s$/, '');
  if (!Object.hasOwn(unitNames, singular)) {
    throw run.error(
      errors.RENDER_TYPE,
      `${shown(name)} was given where years, months, weeks, days, hours, minutes or seconds was expected`,
    );
  }
  const start = inZone(run, run.now, named);
  const at = added(run, { at: run.now, zone: named ?? run.timeZone }, { n: by, unit: unitNames[singular]! });
  return alike(run, start, at);
}

/** Elapsed units of one length, from one moment to the other. */
function between(unit: number, whole: boolean): LanguageFunction['run'] {
  return (run, [from, to]) => {
    const [start, end] = [millisecondsOf(run, from), millisecondsOf(run, to)];
    if (start === null || end === null) return null;
    return whole ? Math.trunc((end - start) / unit) + 0 : (end - start) / unit;
  };
}

function since(unit: number): LanguageFunction['run'] {
  const difference = between(unit, false);
  return (run, [at]) => difference(run, [at, run.now]);
}

/** `diffIn…(end, start)`: the later one stands first. */
function diff(unit: number): LanguageFunction['run'] {
  const difference = between(unit, true);
  return (run, [end, start]) => difference(run, [start, end]);
}

/** Whole units of the calendar, on the wall of the start's zone. */
function calendar(count: (from: number, to: number) => number): LanguageFunction['run'] {
  return (run, [end, start]) => {
    const [from, to] = [momentOf(run, start), momentOf(run, end)];
    if (from === null || to === null) return null;
    return count(wallOf(run, from), wallOf(run, { at: to.at, zone: from.zone })) + 0;
  };
}

const years = (from: number, to: number) => Math.trunc(monthsBetween(from, to) / 12);

function aged(count: (from: number, to: number) => number): LanguageFunction['run'] {
  const counted = calendar(count);
  return (run, [born]) => counted(run, [run.now, born]);
}

/** Is the moment between now and now plus n units, or minus n units? */
function near(unit: AddUnit, sign: 1 | -1): LanguageFunction['run'] {
  return (run, [value, count]) => {
    const [at, n] = [millisecondsOf(run, value), asWhole(run, count)];
    if (at === null || n === null) return false;
    const edge = added(run, { at: run.now, zone: run.timeZone }, { n: sign * n, unit });
    return sign < 0 ? edge <= at && at <= run.now : run.now <= at && at <= edge;
  };
}

function nearRows(unit: AddUnit): LanguageFunction[] {
  const name = unit[0]!.toUpperCase() + unit.slice(1);
  const days = unit === 'hours' ? 'elapsed hours' : `${unit} of the calendar in the run's zone`;
  return [
    row(
      [
        `inLast${name}(moment: moment, n: number): truth`,
        `Is the moment not later than now and at most n ${days} ago?`,
      ],
      [`inLast${name}("2026-11-23T09:30:00Z", 1)`, true],
      near(unit, -1),
    ),
    row(
      [`inNext${name}(moment: moment, n: number): truth`, `Is the moment not before now and at most n ${days} ahead?`],
      [`inNext${name}("2026-11-23T09:30:00Z", 1)`, false],
      near(unit, 1),
    ),
  ];
}

function compareDates(run: Run, [a, b]: unknown[]): number | null {
  const [left, right] = [millisecondsOf(run, a), millisecondsOf(run, b)];
  return left === null || right === null ? null : Math.sign(left - right) + 0;
}

function dateBetween(run: Run, [value, from, to]: unknown[]): boolean {
  const [at, start, end] = [value, from, to].map((one) => millisecondsOf(run, one)) as (number | null)[];
  return at !== null && start !== null && end !== null && start! <= at! && at! <= end!;
}

/** Functions of moments: now, reading, writing, comparing. All take UTC milliseconds or ISO 8601 texts. */
export const dateFunctions: LanguageFunction[] = [
  row(
    [
      'now|currentTimeInMillis|getCurrentZonedDateTime(zone?: text): moment',
      'The moment of the evaluation. A zone does not change the moment, but how it is printed and taken apart.',
    ],
    ['now()', Date.UTC(2026, 10, 23, 10)],
    (run, [zone]) => inZone(run, run.now, asText(run, zone)),
  ),
  row(
    [
      'nowWithDelta(n: number, unit: text, zone?: text): moment',
      'Now plus n (or minus, below 0) years, months, weeks, days, hours, minutes or seconds.',
    ],
    ['nowWithDelta(-1, "days")', Date.UTC(2026, 10, 22, 10)],
    nowWithDelta,
  ),
  row(
    [
      'toDateTime|stringToDate(value: any, pattern?: text, locale?: text): moment',
      'A moment out of a text in ISO 8601, or of a pattern; nothing if it is none. Names of months are English unless a locale is given.',
    ],
    ['toDateTime("24/12/2026 18:30", "dd/MM/yyyy HH:mm")', Date.UTC(2026, 11, 24, 18, 30)],
    parsed,
  ),
  row(
    [
      'toDateTimeOnly(value: any, pattern?: text): moment',
      "The moment when a clock on the wall of the run's zone shows this time; an offset in the text is left out.",
    ],
    ['toDateTimeOnly("2026-11-23T18:30:00+02:00")', Date.UTC(2026, 10, 23, 18, 30)],
    onWall,
  ),
  row(
    ['toDateOnly(value: any, pattern?: text): moment', "The beginning of the moment's day in the run's zone."],
    ['toDateOnly(now()) = toDateOnly("2026-11-23T23:59:59Z")', true],
    dateOnly,
  ),
  row(
    [
      'toDuration(text: text): duration',
      'Milliseconds of a duration such as "P1DT2H" or "7 days", to add to a moment; a day has 24 hours. Nothing if it is none.',
    ],
    ['now() + toDuration("PT15M")', Date.UTC(2026, 10, 23, 10, 15)],
    (run, [text]) => durationOf(asText(run, text) ?? ''),
  ),
  row(
    [
      'updateTimeZone|convertZonedDateTime(moment: moment, zone: text): moment',
      'The same moment, printed and taken apart in another zone.',
    ],
    ['formatDate(updateTimeZone(now(), "Asia/Tokyo"), "HH:mm")', '19:00'],
    (run, [value, zone]) => inZone(run, value, asText(run, zone)),
  ),
  row(
    ['toUTC(moment: moment): moment', 'The same moment, printed and taken apart in UTC.'],
    ['formatDate(toUTC("2026-11-23T12:00:00+02:00"), "HH:mm")', '10:00'],
    (run, [value]) => inZone(run, value, 'UTC'),
  ),
  row(
    [
      'formatDate(moment: moment, pattern?: text, locale?: text, zone?: text): text',
      "A moment by a pattern, in the moment's zone, which is the run's if it has none; without a pattern yyyy-MM-dd. A pattern that cannot be read gives ISO 8601.",
    ],
    ['formatDate(now(), "EEEE d MMMM yyyy \'at\' HH:mm")', 'Monday 23 November 2026 at 10:00'],
    formatDate,
  ),
  row(
    [
      'compareDates(a: moment, b: moment): number',
      '-1 when the first is earlier, 1 when it is later, 0 when they are the same.',
    ],
    ['compareDates("2026-11-23", "2026-11-24")', -1],
    compareDates,
  ),
  row(
    ['dateBetween(moment: moment, from: moment, to: moment): truth', 'Is it between the two, or one of them?'],
    ['dateBetween(now(), "2026-11-23", "2026-11-24")', true],
    dateBetween,
  ),
  row(
    ['daysSince(moment: moment): number', 'How many days of 24 hours have passed, with fractions.'],
    ['daysSince("2026-11-22T22:00:00Z")', 0.5],
    since(dayMs),
  ),
  row(
    ['hoursSince(moment: moment): number', 'How many hours have passed, with fractions.'],
    ['hoursSince("2026-11-23T09:30:00Z")', 0.5],
    since(elapsed.hours),
  ),
  row(
    [
      'dateDiff(from: moment, to: moment): number',
      'Whole days of 24 hours from one moment to the other; negative when the first is later.',
    ],
    ['dateDiff("2026-11-01", "2026-11-23")', 22],
    between(dayMs, true),
  ),
  row(
    [
      'diffInMilliseconds(end: moment, start: moment): number',
      'Milliseconds from the second moment to the first; negative when the second is later.',
    ],
    ['diffInMilliseconds("2026-11-23T10:00:01Z", now())', 1000],
    diff(1),
  ),
  row(
    ['diffInSeconds(end: moment, start: moment): number', 'Whole seconds from the second moment to the first.'],
    ['diffInSeconds("2026-11-23T10:01:00Z", now())', 60],
    diff(elapsed.seconds),
  ),
  row(
    ['diffInMinutes(end: moment, start: moment): number', 'Whole minutes from the second moment to the first.'],
    ['diffInMinutes("2026-11-23T11:00:59Z", now())', 60],
    diff(elapsed.minutes),
  ),
  row(
    ['diffInHours(end: moment, start: moment): number', 'Whole hours from the second moment to the first.'],
    ['diffInHours("2026-11-24", now())', 14],
    diff(elapsed.hours),
  ),
  row(
    [
      'diffInMonths(end: moment, start: moment): number',
      'Whole months of the calendar from the second moment to the first.',
    ],
    ['diffInMonths("2027-01-22", "2026-11-23")', 1],
    calendar(monthsBetween),
  ),
  row(
    [
      'diffInYears(end: moment, start: moment): number',
      'Whole years of the calendar from the second moment to the first.',
    ],
    ['diffInYears("2028-02-28", "2024-02-29")', 3],
    calendar(years),
  ),
  row(['age(born: moment): number', 'Whole years until now.'], ['age("1990-11-24")', 35], aged(years)),
  row(
    ['ageInMonths(born: moment): number', 'Whole months until now.'],
    ['ageInMonths("2026-08-23")', 3],
    aged(monthsBetween),
  ),
  row(
    ['ageInDays(born: moment): number', 'Days of the calendar until today.'],
    ['ageInDays("2026-11-22T23:00:00Z")', 1],
    aged(calendarDays),
  ),
  ...(['hours', 'days', 'months', 'years'] as const).flatMap(nearRows),
];
