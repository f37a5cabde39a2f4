import { isQuietHour, type QuietHours } from './quiet.ts';
import { hourOf, nextAt, type WallTime } from './wall.ts';

const hourMs = 3_600_000;
/** When nothing is known of somebody. */
const usualHour = 10;

/**
 * The hour at which this person usually comes, among those between `from` and `from + withinMs` (journeys A3): the hour
 * of the day with the most visits, each counting half for the hours beside it. Hours in which no mail may leave are left
 * out, so that a mail does not wait once more. Where nothing is known it is ten o'clock, and where no hour is free the
 * wait is over at once. Pure.
 *
 * @param times when they came, UTC ms
 * @param quiet hours of the wall in which nothing is sent
 */
export function bestHour(asked: {
  times: readonly number[];
  zone: string;
  from: number;
  withinMs: number;
  quiet: QuietHours | null;
}): (WallTime & { due: number }) | null {
  const { times, zone, from, withinMs, quiet } = asked;
  const came = Array.from({ length: 24 }, () => 0);
  for (const at of times) {
    const hour = hourOf(at, zone);
    came[hour]! += 2;
    came[(hour + 1) % 24]! += 1;
    came[(hour + 23) % 24]! += 1;
  }
  const worth = (hour: number) => (times.length > 0 ? came[hour]! : hour === usualHour ? 1 : 0);
  const open = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => !isQuietHour(hour, quiet));
  const due = open
    .map((hour) => ({ ...nextAt({ at: `${String(hour).padStart(2, '0')}:00`, zone, after: from }), hour }))
    .filter((one) => one.due <= from + withinMs)
    .sort((a, b) => worth(b.hour) - worth(a.hour) || a.due - b.due)[0];
  return due ? { due: due.due, wall: due.wall, zone } : null;
}

/** How far back visits are looked at, ms: sixteen weeks (journeys M8). */
export const bestHourWindowMs = 16 * 7 * 24 * hourMs;

/** What counts as having come. */
export const comingTypes = ['web.webpagedetails.pageViews', 'commerce.productViews', 'message.clicked'] as const;
