import { dateOf, weekdayOf } from './wall.ts';

/** One span of quiet; where `to` is not after `from` it goes over midnight and belongs to the day on which it begins. */
export interface QuietSpan {
  from: string;
  to: string;
  /** Days of the week on which it begins, Monday 1; absent: every day. */
  days?: readonly number[];
  /** Calendar days on which it begins, "2026-12-24". */
  dates?: readonly string[];
}

/** Hours in which no marketing mail may start, on the recipient's clock; in one span, or in several (journeys G6). */
export interface QuietHours extends QuietSpan {
  also?: readonly QuietSpan[];
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Spans that follow upon each other end; three weeks of whole days do not. */
const mostSpans = 64;

/**
 * The moment at which quiet that holds `now` ends, or null when `now` is in none. Half-open `[from, to)`; spans that touch
 * are one. Found by the clock of the wall, so a clock change inside moves the end with it (trust rows 30, 57). Pure.
 *
 * @param now UTC ms
 */
export function quietUntil(now: number, hours: QuietHours | null, zone: string): number | null {
  if (!hours) return null;
  const spans = spansOf(hours);
  let end = now;
  for (let n = 0; n < mostSpans; n++) {
    const at = end;
    const minutes = minutesAt(at, zone);
    const span = spans.find((one) => holds(one, minutes, dayAt(at, zone)));
    if (!span) break;
    end = endOf(span, at, zone);
  }
  return end === now ? null : end;
}

/** Is this hour of every day in the spans that are there every day? */
export function isQuietHour(hour: number, hours: QuietHours | null): boolean {
  const daily = hours === null ? [] : spansOf(hours).filter((one) => !isDated(one));
  return daily.some((one) => holds(one, hour * 60, () => ({ day: 0, date: '' })));
}

function spansOf({ also = [], ...first }: QuietHours): QuietSpan[] {
  return [first, ...also];
}

function isDated({ days, dates }: QuietSpan): boolean {
  return days !== undefined || dates !== undefined;
}

/** A day of the wall, so many days before the one that is shown. */
type DayAt = (before: number) => { day: number; date: string };

function dayAt(at: number, zone: string): DayAt {
  return (before) => {
    // From noon on it is the same day whatever the clock has left out or shown twice.
    const date = dateOf(at, zone);
    const noon = Date.parse(`${date}T12:00:00Z`) - before * dayMs;
    return { day: weekdayOf(noon), date: new Date(noon).toISOString().slice(0, 10) };
  };
}

/** The same time twice is nothing every day, and the whole day on those days that are named. */
function holds(span: QuietSpan, minutes: number, day: DayAt): boolean {
  const [from, to] = [minutesOf(span.from), minutesOf(span.to)];
  const begins = (before: number) => {
    if (!isDated(span)) return true;
    const one = day(before);
    return (span.days?.includes(one.day) ?? false) || (span.dates?.includes(one.date) ?? false);
  };
  if (from === to && !isDated(span)) return false;
  if (from < to) return minutes >= from && minutes < to && begins(0);
  return (minutes >= from && begins(0)) || (minutes < to && begins(1));
}

function endOf({ to: text }: QuietSpan, at: number, zone: string): number {
  const to = minutesOf(text);
  const start = Math.floor(at / minuteMs) * minuteMs;
  const left = (to - minutesAt(start, zone) + 1440) % 1440 || 1440;
  const end = start + left * minuteMs;
  // An offset change between now and the end shows as a wall clock that is not `to`; step by the difference.
  const miss = ((minutesAt(end, zone) - to + 720 + 1440) % 1440) - 720;
  return Math.max(end - miss * minuteMs, start + minuteMs);
}

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function minutesAt(at: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    formats.set(zone, format);
  }
  return minutesOf(format.format(at));
}
