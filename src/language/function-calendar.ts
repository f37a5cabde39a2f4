import { dayOfYear, isoWeekOf, setDay, startOf } from './calendar.ts';
import { errors, shown } from './error.ts';
import { asWhole, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { added } from './function-date.ts';
import { alike, fromWall, momentOf, wallOf } from './moment.ts';
import type { Run } from './run.ts';

/** A number that a clock or calendar shows for the moment. */
function extracted(take: (wall: number) => number): LanguageFunction['run'] {
  return (run, [value]) => {
    const moment = momentOf(run, value);
    return moment && take(wallOf(run, moment));
  };
}

/** Another moment, made on the wall of the moment's zone. */
function onWall(run: Run, value: unknown, change: (wall: number) => number): unknown {
  const moment = momentOf(run, value);
  return moment && alike(run, value, fromWall(run, change(wallOf(run, moment)), moment.zone));
}

function add(unit: 'years' | 'months' | 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds'): LanguageFunction['run'] {
  return (run, [value, count]) => {
    const [moment, n] = [momentOf(run, value), asWhole(run, count)];
    return moment === null || n === null ? null : alike(run, value, added(run, moment, { n, unit }));
  };
}

function set(least: number, most: number, change: (wall: number, n: number) => number): LanguageFunction['run'] {
  return (run, [value, count]) => {
    const n = asWhole(run, count);
    if (n === null) return null;
    if (n < least || n > most) {
      throw run.error(errors.RENDER_TYPE, `${shown(n)} was given where a number from ${least} to ${most} was expected`);
    }
    return onWall(run, value, (wall) => change(wall, n));
  };
}

function cut(unit: 'days' | 'weeks' | 'months' | 'quarters' | 'years'): LanguageFunction['run'] {
  return (run, [value]) => onWall(run, value, (wall) => startOf(wall, unit));
}

const hourMs = 3_600_000;
const setHour = (wall: number, hour: number) =>
  startOf(wall, 'days') + hour * hourMs + (((wall % hourMs) + hourMs) % hourMs);
const late = 'on the last day of the month if it is shorter';
const zone = "in the moment's zone, which is the run's if it has none";

/** Functions of the calendar and the clock on the wall. */
export const calendarFunctions: LanguageFunction[] = [
  row(
    ['addYears(moment: moment, n: number): moment', `The same day n years later, ${late}.`],
    ['addYears("2024-02-29", 1)', Date.UTC(2025, 1, 28)],
    add('years'),
  ),
  row(
    ['addMonths(moment: moment, n: number): moment', `The same day n months later, ${late}.`],
    ['addMonths("2026-01-31", 1)', Date.UTC(2026, 1, 28)],
    add('months'),
  ),
  row(
    ['addWeeks(moment: moment, n: number): moment', 'The same time n weeks later.'],
    ['addWeeks("2026-11-23", -1)', Date.UTC(2026, 10, 16)],
    add('weeks'),
  ),
  row(
    ['addDays(moment: moment, n: number): moment', `The same time n days later ${zone}; below 0 earlier.`],
    ['addDays("2026-12-31", 1)', Date.UTC(2027, 0, 1)],
    add('days'),
  ),
  row(
    ['addHours(moment: moment, n: number): moment', 'The moment n hours later.'],
    ['addHours(now(), 1)', Date.UTC(2026, 10, 23, 11)],
    add('hours'),
  ),
  row(
    ['addMinutes(moment: moment, n: number): moment', 'The moment n minutes later.'],
    ['addMinutes(now(), -30)', Date.UTC(2026, 10, 23, 9, 30)],
    add('minutes'),
  ),
  row(
    ['addSeconds(moment: moment, n: number): moment', 'The moment n seconds later.'],
    ['addSeconds(now(), 1)', Date.UTC(2026, 10, 23, 10, 0, 1)],
    add('seconds'),
  ),
  row(
    ['setDays(moment: moment, day: number): moment', `The same time on a day of the same month, 1 to 31; ${late}.`],
    ['setDays("2026-02-10", 31)', Date.UTC(2026, 1, 28)],
    set(1, 31, setDay),
  ),
  row(
    ['setHours(moment: moment, hour: number): moment', 'The same day at another hour, 0 to 23; minutes stay.'],
    ['setHours("2026-11-23T10:15:00Z", 8)', Date.UTC(2026, 10, 23, 8, 15)],
    set(0, 23, setHour),
  ),
  row(
    ['truncateToStartOfDay(moment: moment): moment', `The beginning of the day ${zone}.`],
    ['truncateToStartOfDay(now())', Date.UTC(2026, 10, 23)],
    cut('days'),
  ),
  row(
    ['truncateToStartOfWeek(moment: moment): moment', 'The beginning of Monday.'],
    ['truncateToStartOfWeek("2026-11-29")', Date.UTC(2026, 10, 23)],
    cut('weeks'),
  ),
  row(
    ['truncateToStartOfMonth(moment: moment): moment', 'The beginning of the month.'],
    ['truncateToStartOfMonth(now())', Date.UTC(2026, 10, 1)],
    cut('months'),
  ),
  row(
    ['truncateToStartOfQuarter(moment: moment): moment', 'The beginning of January, April, July or October.'],
    ['truncateToStartOfQuarter(now())', Date.UTC(2026, 9, 1)],
    cut('quarters'),
  ),
  row(
    ['truncateToStartOfYear(moment: moment): moment', 'The beginning of the year.'],
    ['truncateToStartOfYear(now())', Date.UTC(2026, 0, 1)],
    cut('years'),
  ),
  row(
    ['extractYear(moment: moment): number', 'The year.'],
    ['extractYear(now())', 2026],
    extracted((wall) => new Date(wall).getUTCFullYear()),
  ),
  row(
    ['extractMonth(moment: moment): number', 'The month, 1 to 12.'],
    ['extractMonth(now())', 11],
    extracted((wall) => new Date(wall).getUTCMonth() + 1),
  ),
  row(
    ['dayOfMonth(moment: moment): number', 'The day of the month.'],
    ['dayOfMonth(now())', 23],
    extracted((wall) => new Date(wall).getUTCDate()),
  ),
  row(
    ['dayOfWeek(moment: moment): number', 'The day of the week, from 1 for Monday to 7 for Sunday.'],
    ['dayOfWeek("2026-11-29")', 7],
    extracted((wall) => new Date(wall).getUTCDay() || 7),
  ),
  row(
    ['dayOfYear(moment: moment): number', 'The day of the year, from 1.'],
    ['dayOfYear("2024-12-31")', 366],
    extracted(dayOfYear),
  ),
  row(
    ['weekOfYear(moment: moment): number', 'The week as ISO 8601 counts it, 1 to 53.'],
    ['weekOfYear("2027-01-01")', 53],
    extracted((wall) => isoWeekOf(wall).week),
  ),
  row(
    ['extractHours(moment: moment): number', `The hour, 0 to 23, ${zone}.`],
    ['extractHours(now("Asia/Tokyo"))', 19],
    extracted((wall) => new Date(wall).getUTCHours()),
  ),
  row(
    ['extractMinutes(moment: moment): number', 'The minutes of the hour.'],
    ['extractMinutes("2026-11-23T10:15:30Z")', 15],
    extracted((wall) => new Date(wall).getUTCMinutes()),
  ),
  row(
    ['extractSeconds(moment: moment): number', 'The seconds of the minute.'],
    ['extractSeconds("2026-11-23T10:15:30Z")', 30],
    extracted((wall) => new Date(wall).getUTCSeconds()),
  ),
];
