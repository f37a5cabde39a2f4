import { Cron } from 'croner';
import { BeckonError } from '../base/index.ts';
import { feedErrors } from './feed-error.ts';

export interface FeedSchedule {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** IANA name. */
  zone: string;
  /** Only in every second, third … week, Monday to Sunday in the zone; default 1, every one. */
  weeks?: number;
  /** A day of one of these weeks, `YYYY-MM-DD`; left out: the first week of 1970. */
  from?: string;
}

/** A feed is asked at most this often, ms. */
const shortest = 5 * 60_000;
const dayMs = 24 * 3600 * 1000;
/** Times looked at until one lies in a week of the schedule; seven weeks of one every five minutes, and more. */
const mostLooks = 5000;

/** The first time after `now` at which a schedule falls due, UTC ms; null when it never does. Pure. */
export function nextAt({ cron, zone, weeks = 1, from = '1970-01-01' }: FeedSchedule, now: number): number | null {
  const times = new Cron(cron, { timezone: zone, paused: true });
  const dates = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  const first = dayFrom(from);
  let at = times.nextRun(new Date(now));
  for (let looks = 0; at !== null && looks < mostLooks; looks++) {
    const today = dayFrom(dates.format(at));
    if ((weekOf(today) - weekOf(first)) % weeks === 0) return at.getTime();
    // On to the Sunday of a week that is left out.
    at = times.nextRun(new Date(at.getTime() + (6 - weekdayOf(today)) * dayMs));
  }
  return null;
}

/** Days since 1970 of a date as `YYYY-MM-DD`. */
function dayFrom(date: string): number {
  return Date.parse(date) / dayMs;
}

/** Monday is 0; 1970 began on a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

/** Milliseconds between the next two times. */
export function periodOf(schedule: FeedSchedule, now: number): number | null {
  const first = nextAt(schedule, now);
  const second = first === null ? null : nextAt(schedule, first);
  return first === null || second === null ? null : second - first;
}

/** Checks a schedule as it was given. @throws FEED_SETTINGS_INVALID */
export function checkSchedule(schedule: FeedSchedule, now: number): FeedSchedule {
  const where = 'schedule';
  const wrong = (why: string, cause?: unknown) =>
    new BeckonError(feedErrors.FEED_SETTINGS_INVALID, `The schedule "${schedule.cron.slice(0, 60)}" ${why}`, {
      where,
      cause,
    });
  if (schedule.cron.length > 100 || !/^\S+( \S+){4}$/.test(schedule.cron.trim())) {
    throw wrong('does not have five fields: minute, hour, day, month, day of the week');
  }
  let times: Date[];
  try {
    times = new Cron(schedule.cron.trim(), { timezone: schedule.zone, paused: true }).nextRuns(25, new Date(now));
  } catch (cause) {
    throw wrong(`cannot be read: ${(cause as Error).message.slice(0, 200)}`, cause);
  }
  const { weeks = 1, from } = schedule;
  if (!Number.isInteger(weeks) || weeks < 1 || weeks > 8)
    throw wrong('can leave out weeks so that every 2nd to 8th stays');
  if (from !== undefined && !isDate(from)) throw wrong(`has "${from.slice(0, 20)}" as a day; write it as 2026-11-30`);
  if (times.length === 0 || nextAt({ ...schedule, weeks }, now) === null) throw wrong('never falls due');
  const gaps = times.slice(1).map((time, i) => time.getTime() - times[i]!.getTime());
  if (gaps.some((gap) => gap < shortest)) throw wrong('falls due more often than every 5 minutes');
  const every = { cron: schedule.cron.trim(), zone: schedule.zone };
  return weeks === 1 ? every : { ...every, weeks, ...(from === undefined ? {} : { from }) };
}

function isDate(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
