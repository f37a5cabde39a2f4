import { Cron } from 'croner';
import { BeckonError } from '../base/index.ts';
import { feedErrors } from './feed-error.ts';

export interface FeedSchedule {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: string;
  /** IANA name. */
  zone: string;
}

/** A feed is asked at most this often, ms. */
const shortest = 5 * 60_000;

/** The first time after `now` at which a schedule falls due, UTC ms; null when it never does. Pure. */
export function nextAt({ cron, zone }: FeedSchedule, now: number): number | null {
  return new Cron(cron, { timezone: zone, paused: true }).nextRun(new Date(now))?.getTime() ?? null;
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
  if (times.length === 0) throw wrong('never falls due');
  const gaps = times.slice(1).map((time, i) => time.getTime() - times[i]!.getTime());
  if (gaps.some((gap) => gap < shortest)) throw wrong('falls due more often than every 5 minutes');
  return { cron: schedule.cron.trim(), zone: schedule.zone };
}
