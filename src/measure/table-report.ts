import type { Runner } from '../store/index.ts';

/** Clicks and credited orders of a journey; revenue net of refunds in minor units of the report's currency. */
export async function journeyTotals(runner: Runner, journey: string) {
  const [row] = await runner.rows<{ human: number; unknown: number; orders: number; minor: number }>({
    text: `select
      (select count(*)::int from measure_click where journey = $1 and landed_at is not null) as human,
      (select count(*)::int from measure_click where journey = $1 and landed_at is null) as unknown,
      (select count(*)::int from measure_credit c join measure_sale s using (order_id)
        where c.journey = $1 and not s.cancelled) as orders,
      (select coalesce(sum(s.minor), 0)::float8 from measure_credit c join measure_sale s using (order_id)
        where c.journey = $1 and not s.cancelled) as minor`,
    values: [journey],
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

/** Credited orders and revenue of every journey, for lists: minor units of the report's currency, net of refunds. */
export async function creditedByJourney(runner: Runner) {
  return runner.rows<{ journey: string; orders: number; minor: number }>({
    text: `select c.journey, count(*)::int as orders, coalesce(sum(s.minor), 0)::float8 as minor
      from measure_credit c join measure_sale s using (order_id) where not s.cancelled group by c.journey order by 1`,
  });
}
