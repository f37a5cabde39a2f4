import type { Runner } from '../store/index.ts';

/**
 * Takes one of the places of a cap, if there is one left: counted over all versions, in all or within a window that
 * begins with the first place taken (journeys A7). Exact also for small numbers, because the row is locked.
 */
export async function takePlace(
  tx: Runner,
  cap: { journey: string; activity: string; max: number; withinMs: number | null; now: number },
): Promise<boolean> {
  const taken = await tx.run({
    name: 'journey.take-place',
    text: `insert into journey_cap as c (journey, activity, since, taken) select $1, $2, $5, 1 where $3::int > 0
      on conflict (journey, activity) do update set
        since = case when c.since <= $5::timestamptz - $4 * interval '1 millisecond' then $5 else c.since end,
        taken = case when c.since <= $5::timestamptz - $4 * interval '1 millisecond' then 1 else c.taken + 1 end
      where c.taken < $3 or c.since <= $5::timestamptz - $4 * interval '1 millisecond'`,
    values: [cap.journey, cap.activity, cap.max, cap.withinMs, new Date(cap.now)],
  });
  return taken === 1;
}

/** What counts against the caps on entries, read before anybody comes in. */
export interface EntryCounts {
  /** By journey: places taken in the window that is open, and none when none is. */
  taken: Map<string, number>;
  /** By `profile/journey`: when their runs began, UTC ms. */
  begun: Map<string, number[]>;
}

/** A cap on the entries of a journey: `withinMs` null means for ever. */
export interface EntryCap {
  journey: string;
  max: number;
  withinMs: number | null;
}

/** The name under which all entries of a journey are counted; no activity has it. */
const allEntries = '';

export async function entryCounts(
  tx: Runner,
  asked: { caps: readonly EntryCap[]; counted: readonly string[]; profileIds: readonly string[]; now: number },
): Promise<EntryCounts> {
  const { caps, counted, profileIds, now } = asked;
  const found: EntryCounts = { taken: new Map(), begun: new Map() };
  if (caps.length > 0) {
    const rows = await tx.rows<{ journey: string; since: Date; taken: number }>({
      name: 'journey.cap-entries',
      text: 'select journey, since, taken from journey_cap where journey = any($1) and activity = $2',
      values: [caps.map(({ journey }) => journey), allEntries],
    });
    for (const { journey, since, taken } of rows) {
      const { withinMs } = caps.find((cap) => cap.journey === journey)!;
      if (withinMs === null || since.getTime() > now - withinMs) found.taken.set(journey, taken);
    }
  }
  if (counted.length === 0) return found;
  const rows = await tx.rows<{ journey: string; profile_id: string; at: Date }>({
    name: 'journey.cap-person',
    text: `select journey, profile_id, entered_at as at from journey_run where profile_id = any($1) and journey = any($2)`,
    values: [profileIds, counted],
  });
  for (const row of rows) {
    const name = `${row.profile_id}/${row.journey}`;
    found.begun.set(name, [...(found.begun.get(name) ?? []), row.at.getTime()]);
  }
  return found;
}

/** Takes places for entries that were judged by `entryCounts`. @returns false when others have taken them meanwhile */
export async function takeEntries(tx: Runner, cap: EntryCap & { count: number; now: number }): Promise<boolean> {
  const taken = await tx.run({
    name: 'journey.take-entries',
    text: `insert into journey_cap as c (journey, activity, since, taken) select $1, $2, $6, $3::int where $3::int <= $4::int
      on conflict (journey, activity) do update set
        since = case when c.since <= $6::timestamptz - $5 * interval '1 millisecond' then $6 else c.since end,
        taken = case when c.since <= $6::timestamptz - $5 * interval '1 millisecond' then $3 else c.taken + $3 end
      where c.taken + $3 <= $4 or c.since <= $6::timestamptz - $5 * interval '1 millisecond'`,
    values: [cap.journey, allEntries, cap.count, cap.max, cap.withinMs, new Date(cap.now)],
  });
  return taken === 1;
}
