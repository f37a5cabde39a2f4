/** Calendar arithmetic on wall time: milliseconds that a clock on the wall would be in UTC. Zones are not known here. */
const dayMs = 86_400_000;

/** What one can add, or cut a moment to. */
export type Unit = 'years' | 'quarters' | 'months' | 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds';

/** Milliseconds of the units that are always of one length. */
export const elapsed = { hours: 3_600_000, minutes: 60_000, seconds: 1000 } as const;

/** Days and longer units; a day that the month does not have becomes its last one. */
export function addOnWall(wall: number, n: number, unit: 'years' | 'months' | 'weeks' | 'days'): number {
  if (unit === 'days') return wall + n * dayMs;
  if (unit === 'weeks') return wall + n * 7 * dayMs;
  const date = new Date(wall);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + n * (unit === 'years' ? 12 : 1);
  return withDay(wall, months, date.getUTCDate());
}

/** The wall time in a month, counted from the year 0, on a day, or on the last one before it. */
function withDay(wall: number, months: number, day: number): number {
  const [year, month] = [Math.floor(months / 12), ((months % 12) + 12) % 12];
  const date = new Date(wall);
  date.setUTCFullYear(year, month, Math.min(day, daysIn(year, month)));
  return date.getTime();
}

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month + 1, 0);
  return date.getUTCDate();
}

/** The same time on another day of the month, or on its last day. */
export function setDay(wall: number, day: number): number {
  const date = new Date(wall);
  return withDay(wall, date.getUTCFullYear() * 12 + date.getUTCMonth(), day);
}

/** The beginning of the day, the ISO week (Monday), the month, the quarter or the year. */
export function startOf(wall: number, unit: 'days' | 'weeks' | 'months' | 'quarters' | 'years'): number {
  const day = Math.floor(wall / dayMs) * dayMs;
  const date = new Date(day);
  if (unit === 'days') return day;
  if (unit === 'weeks') return day - ((date.getUTCDay() || 7) - 1) * dayMs;
  const month = unit === 'years' ? 0 : date.getUTCMonth() - (unit === 'quarters' ? date.getUTCMonth() % 3 : 0);
  date.setUTCMonth(month, 1);
  return date.getTime();
}

/** Whole months from one wall time to another; negative when the first is later. */
export function monthsBetween(from: number, to: number): number {
  if (to < from) return -monthsBetween(to, from);
  const [a, b] = [new Date(from), new Date(to)];
  const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
  const [inA, inB] = [from - startOf(from, 'months'), to - startOf(to, 'months')];
  return inB < inA ? months - 1 : months;
}

/** Days of the calendar from one wall time to another, whatever the hour. */
export function calendarDays(from: number, to: number): number {
  return Math.floor(to / dayMs) - Math.floor(from / dayMs);
}

/** 1 for 1 January. */
export function dayOfYear(wall: number): number {
  return calendarDays(startOf(wall, 'years'), wall) + 1;
}

/** ISO 8601: weeks begin on Monday; the first is the one with the year's first Thursday. */
export function isoWeekOf(wall: number): { year: number; week: number } {
  const thursday = startOf(wall, 'weeks') + 3 * dayMs;
  return { year: new Date(thursday).getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) };
}
