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
