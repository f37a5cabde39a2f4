/** Times of the wall: what the clock of a zone shows, and when it shows it. Pure. */

const dayMs = 86_400_000;

/** A time on the wall of a zone, "2026-12-01T09:00"; what it means in UTC hangs on the law of the zone (trust §2.4). */
export interface WallTime {
  wall: string;
  zone: string;
}

/** A day of the calendar; months and days from 1. */
interface Day {
  year: number;
  month: number;
  day: number;
}

type Wall = Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;

/** When the daily reading at a local time next falls due after `after`. Gap days shift forward, overlaps take the first. */
export function nextReading(at: string, zone: string, after: number): number {
  return nextAt({ at, zone, after }).due;
}

/**
 * The next instant after `after` at which the clock of `zone` shows `at` ("09:00"), on one of `days` (ISO weekdays,
 * Monday 1; absent: any) or `dates` (days of the month; 31 means the last where there is none), with its wall time.
 */
export function nextAt(asked: {
  at: string;
  zone: string;
  after: number;
  days?: readonly number[];
  dates?: readonly number[];
}): WallTime & { due: number } {
  const { at, zone, after, days, dates } = asked;
  const [hour, minute] = at.split(':').map(Number) as [number, number];
  const { year, month, day } = wallClock(after, zone);
  for (let ahead = 0; ahead <= 400; ahead++) {
    const one = dayOf(Date.UTC(year, month - 1, day + ahead));
    if (days && !days.includes(weekday(one))) continue;
    if (dates && !dates.some((date) => Math.min(date, lastOf(one)) === one.day)) continue;
    const due = instantOf({ ...one, hour, minute, second: 0 }, zone);
    if (due > after) return { due, zone, wall: written({ ...one, hour, minute, second: 0 }) };
  }
  return { due: after + dayMs, zone, wall: written(wallClock(after + dayMs, zone)) };
}

/** The instant at which, on the local day of `near`, the clock of `zone` shows hour:minute. */
export function localTime(near: number, zone: string, hour: number, minute: number): number {
  const { year, month, day } = wallClock(near, zone);
  return instantOf({ year, month, day, hour, minute, second: 0 }, zone);
}

const wallForm = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;

/** The instant that a time on the wall means; null when it is none. A day alone is its midnight. */
export function instantOfWall({ wall, zone }: WallTime): number | null {
  const parts = wallForm
    .exec(wall)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= lastOf({ year, month, day: 1 });
  if (!exists || hour > 23 || minute > 59 || second > 59) return null;
  return instantOf({ year, month, day, hour, minute, second }, zone);
}

/** The hour of the day (0–23) that the clock of `zone` shows. */
export function hourOf(at: number, zone: string): number {
  return wallClock(at, zone).hour;
}

/** The calendar day that the clock of `zone` shows, "2026-12-01". */
export function dateOf(at: number, zone: string): string {
  return written(wallClock(at, zone)).slice(0, 10);
}

/** The day of the week in UTC, Monday 1. */
export function weekdayOf(at: number): number {
  return new Date(at).getUTCDay() || 7;
}

/** Is it the name of a time zone? */
export function isZone(zone: unknown): zone is string {
  if (typeof zone !== 'string' || /^[+-]/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** In a gap the earlier offset gives the instant after it, shifted forward; of an overlap it is the first (RFC 5545 §3.3.5). */
function instantOf({ year, month, day, hour, minute, second }: Wall, zone: string): number {
  const wanted = Date.UTC(year, month - 1, day, hour, minute, second);
  const early = wanted - offsetAt(wanted - dayMs / 2, zone);
  const late = wanted - offsetAt(wanted + dayMs / 2, zone);
  const fits = [Math.min(early, late), Math.max(early, late)].find(
    (candidate) => candidate + offsetAt(candidate, zone) === wanted,
  );
  return fits ?? early;
}

function offsetAt(at: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(at, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function dayOf(utc: number): Day {
  const date = new Date(utc);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function weekday({ year, month, day }: Day): number {
  return weekdayOf(Date.UTC(year, month - 1, day));
}

function lastOf({ year, month }: Day): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function written({ year, month, day, hour, minute }: Wall): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const options = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    format = new Intl.DateTimeFormat('en-US', { ...options, hourCycle: 'h23', timeZone: zone });
    formats.set(zone, format);
  }
  return format;
}

function wallClock(at: number, zone: string): Wall {
  return Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Wall;
}
