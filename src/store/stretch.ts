import type { Runner } from './database.ts';

/** A span of time, UTC ms; `until` is exclusive, null is without bound. */
export interface Bounds {
  from: number | null;
  until: number | null;
}

/** A part of a span that a roll-up holds whole: days of a zone, hours of UTC, or neither. */
export interface Stretch extends Bounds {
  grain: 'day' | 'hour' | 'moment';
}

const hourMs = 3_600_000;
const ceilHour = (at: number) => Math.ceil(at / hourMs) * hourMs;
const floorHour = (at: number) => Math.floor(at / hourMs) * hourMs;

/** Parts a span into whole days of a zone, whole hours before and after them, and what is left at its ends. */
export async function stretchesOf(runner: Runner, { from, until }: Bounds, zone: string): Promise<Stretch[]> {
  if (from === null && until === null) return [{ grain: 'day', from, until }];
  const [row] = await runner.rows<{ first: Date | null; last: Date | null }>({
    name: 'store-days-within',
    text: `select case when date_trunc('day', $1::timestamptz, $3) = $1 then $1
        else (date_trunc('day', $1 at time zone $3) + interval '1 day') at time zone $3 end as first,
      date_trunc('day', $2::timestamptz, $3) as last`,
    values: [from === null ? null : new Date(from), until === null ? null : new Date(floorHour(until)), zone],
  });
  return partsOf({ from, until }, { from: row!.first?.getTime() ?? null, until: row!.last?.getTime() ?? null });
}

/** The same with the whole days known. Pure. */
export function partsOf({ from, until }: Bounds, days: Bounds): Stretch[] {
  const hasDays = days.from === null || days.until === null || days.from < days.until;
  if (!hasDays) return hoursOf({ from: from!, until: until! });
  return [
    ...(from === null ? [] : hoursOf({ from, until: days.from! })),
    { grain: 'day', ...days },
    ...(until === null ? [] : hoursOf({ from: days.until!, until })),
  ];
}

/** Whole hours, and what is left before and after them. */
function hoursOf({ from, until }: { from: number; until: number }): Stretch[] {
  const [first, last] = [ceilHour(from), floorHour(until)];
  const parts: Stretch[] =
    first >= last
      ? [{ grain: 'moment', from, until }]
      : [
          { grain: 'moment', from, until: first },
          { grain: 'hour', from: first, until: last },
          { grain: 'moment', from: last, until },
        ];
  return parts.filter((part) => part.from! < part.until!);
}
