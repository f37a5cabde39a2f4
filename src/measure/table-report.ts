import type { Runner } from '../store/index.ts';
import type { Sums } from './statistics.ts';
import type { Arm } from './table.ts';

/** Sums of one arm. */
export interface ArmRow extends Sums {
  buyers: number;
  orders: number;
  /** Orders in another currency than asked for: counted as orders, not as revenue. */
  otherCurrency: number;
}

/**
 * Sums over the units of a journey that were assigned before `until` (null: all), per arm: orders in [assigned,
 * assigned + window), revenue in minor units of `currency`. Conflicted units are left out.
 */
export async function armSums(
  runner: Runner,
  query: { journey: string; windowMs: number; currency: string; until: number | null },
): Promise<Record<Arm, ArmRow>> {
  const rows = await runner.rows<ArmRow & { arm: Arm }>({
    text: `with unit as (
        select u.arm, count(o.order_id)::int as orders,
          count(o.order_id) filter (where o.currency <> $3)::int as other,
          coalesce(sum(o.minor) filter (where o.currency = $3), 0)::float8 as revenue
        from measure_unit u left join measure_order o on o.profile_id = u.profile_id
          and o.at >= u.assigned_at and o.at < u.assigned_at + $2 * interval '1 millisecond'
        where u.journey = $1 and not u.conflicted and ($4::timestamptz is null or u.assigned_at <= $4)
        group by u.profile_id, u.arm
      )
      select arm, count(*)::int as n, count(*) filter (where orders > 0)::int as buyers, sum(orders)::int as orders,
        sum(other)::int as "otherCurrency", sum(revenue) as sum, sum(revenue * revenue) as squares
      from unit group by arm`,
    values: [query.journey, query.windowMs, query.currency, query.until === null ? null : new Date(query.until)],
  });
  const none: ArmRow = { n: 0, buyers: 0, orders: 0, otherCurrency: 0, sum: 0, squares: 0 };
  const of = (arm: Arm): ArmRow => {
    const row = rows.find((row) => row.arm === arm);
    if (!row) return none;
    const { n, buyers, orders, otherCurrency, sum, squares } = row;
    return { n, buyers, orders, otherCurrency, sum, squares };
  };
  return { treated: of('treated'), control: of('control') };
}

export async function journeyTotals(runner: Runner, journey: string, currency: string) {
  const [row] = await runner.rows<{
    human: number;
    unknown: number;
    orders: number;
    minor: number;
    conflicted: number;
  }>({
    text: `select
      (select count(*)::int from measure_click where journey = $1 and landed_at is not null) as human,
      (select count(*)::int from measure_click where journey = $1 and landed_at is null) as unknown,
      (select count(*)::int from measure_credit where journey = $1) as orders,
      (select coalesce(sum(o.minor), 0)::float8 from measure_credit c join measure_order o on o.order_id = c.order_id
        where c.journey = $1 and o.currency = $2) as minor,
      (select count(*)::int from measure_unit where journey = $1 and conflicted) as conflicted`,
    values: [journey, currency],
  });
  return row!;
}

/** A click for the timeline. */
export interface ClickLine {
  at: number;
  messageId: string;
  journey: string;
  item: string | null;
  human: boolean;
}

export async function clicksOf(runner: Runner, profileId: string, page: Page): Promise<ClickLine[]> {
  const rows = await runner.rows<{
    at: Date;
    message_id: string;
    journey: string;
    item: string | null;
    human: boolean;
  }>({
    text: `select at, message_id, journey, item, landed_at is not null as human from measure_click
      where profile_id = $1 and at is not null and ($2::timestamptz is null or at < $2) order by at desc limit $3`,
    values: [profileId, page.before === undefined ? null : new Date(page.before), page.limit],
  });
  return rows.map((row) => ({
    at: row.at.getTime(),
    messageId: row.message_id,
    journey: row.journey,
    item: row.item,
    human: row.human,
  }));
}

/** How many entries, newest first; `before` is exclusive, UTC ms. */
export interface Page {
  limit: number;
  before?: number;
}

/** Credited orders and revenue of every journey, for lists. Minor units, by currency. */
export async function creditedByJourney(runner: Runner) {
  return runner.rows<{ journey: string; currency: string; orders: number; minor: number }>({
    text: `select c.journey, o.currency, count(*)::int as orders, sum(o.minor)::float8 as minor
      from measure_credit c join measure_order o on o.order_id = c.order_id group by c.journey, o.currency order by 1, 2`,
  });
}
