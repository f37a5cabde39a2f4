import type { Runner } from '../store/index.ts';

/** What a journey's comparison was set to before its first unit, and from when on. */
export interface JourneyStart {
  startedAt: number;
  /** Where a unit's revenue is cut in the second reading, minor units; null when the shop had too few orders to say. */
  cap: number | null;
  plan: Record<string, unknown>;
  hash: string;
}

/** Least orders before a journey from which the cap is taken; its percentile (trust.md §5.2 "Winsorise"). */
const capFrom = { orders: 1000, percentile: 0.999, days: 28 };

/** Where revenue is cut for a journey that begins at `at`: from the orders of the 28 days before. */
export async function capBefore(tx: Runner, at: number): Promise<number | null> {
  const [row] = await tx.rows<{ cap: number | null }>({
    text: `select case when count(*) >= ${capFrom.orders}
        then percentile_disc(${capFrom.percentile}) within group (order by minor) end::float8 as cap
      from measure_sale where minor is not null and not cancelled
        and at < $1 and at >= $1::timestamptz - interval '${capFrom.days} days'`,
    values: [new Date(at)],
  });
  return row!.cap;
}

export async function startOf(runner: Runner, journey: string): Promise<JourneyStart | null> {
  const [row] = await runner.rows<{ startedAt: Date; cap: number | null; plan: Record<string, unknown>; hash: string }>(
    {
      name: 'measure.start-of',
      text: `select started_at as "startedAt", cap::float8 as cap, plan, plan_hash as hash from measure_journey where journey = $1`,
      values: [journey],
    },
  );
  return row ? { ...row, startedAt: row.startedAt.getTime() } : null;
}

export async function insertStart(tx: Runner, journey: string, start: JourneyStart): Promise<void> {
  await tx.run({
    text: `insert into measure_journey (journey, started_at, cap, plan, plan_hash) values ($1, $2, $3, $4, $5)
      on conflict (journey) do nothing`,
    values: [journey, new Date(start.startedAt), start.cap, JSON.stringify(start.plan), start.hash],
  });
}
