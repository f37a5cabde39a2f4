import type { FunnelGroup, FunnelQuery } from '../message/index.ts';
import type { Runner } from '../store/index.ts';

/** The order of a row, by its key: credits are few, and of all orders none is read besides. */
const saleOf = (row: string) =>
  `cross join lateral (select s.minor, s.cancelled from measure_sale s where s.order_id = ${row}.order_id limit 1) s`;

/** Clicks and credited orders of a journey; revenue net of refunds in minor units of the report's currency. */
export async function journeyTotals(runner: Runner, journey: string) {
  const [row] = await runner.rows<{ human: number; unknown: number; orders: number; minor: number }>({
    text: `select * from
      (select count(*) filter (where landed_at is not null)::int as human, count(*) filter (where landed_at is null)::int as unknown
        from measure_click where journey = $1) clicks,
      (select count(*)::int as orders, coalesce(sum(s.minor), 0)::float8 as minor
        from measure_credit c ${saleOf('c')} where c.journey = $1 and not s.cancelled) credits`,
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

/** What the people did whom the mails of one day or activity reached. Clicks count mails, revenue is in minor units. */
export interface FunnelActs {
  group: string;
  people: number;
  unknown: number;
  orders: number;
  minor: number;
}

const actGroups: Record<FunnelGroup, string> = {
  day: `to_char(coalesce(s.planned_at, s.at) at time zone $4, 'YYYY-MM-DD')`,
  activity: 'coalesce(s.activity, $4)',
  version: 'coalesce(s.version::text, $4)',
  message: 'coalesce(s.message, $4)',
  variant: `coalesce(s.activity || ': ' || s.variant, $4)`,
  outcome: `'accepted' || $4`,
  whole: '$4::text',
};

/**
 * Clicks and credited orders by the day of the plan, or by what sent the mail. Nobody clicks a mail before it is planned, so that a span begins
 * with its clicks, and only orders by those are read.
 */
export async function funnelActs(runner: Runner, query: FunnelQuery): Promise<FunnelActs[]> {
  const { journey, by, zone, from, until } = query;
  const at = (time: number | null) => (time === null ? null : new Date(time));
  const since = from === null ? '' : ` and c.at >= $2::timestamptz - interval '1 day'`;
  const mail = `cross join lateral (
        select ${actGroups[by]} as "group" from measure_sent s where s.message_id = c.message_id and s.journey = $1
          and ($2::timestamptz is null or coalesce(s.planned_at, s.at) >= $2)
          and ($3::timestamptz is null or coalesce(s.planned_at, s.at) < $3) limit 1) m`;
  return runner.rows<FunnelActs>({
    text: `with clicked as (
        select message_id, bool_or(landed_at is not null) as person from measure_click c where journey = $1${since} group by 1
      ), credited as (
        ${from === null ? 'select message_id, order_id from measure_credit where journey = $1' : `select c.message_id, k.order_id from measure_click c join measure_credit k using (click_id) where c.journey = $1${since}`}
      )
      select "group", sum(people)::int as people, sum(unknown)::int as unknown, sum(orders)::int as orders, sum(minor)::float8 as minor from (
        select m."group", c.person::int as people, (not c.person)::int as unknown, 0 as orders, 0::bigint as minor from clicked c ${mail}
        union all
        select m."group", 0, 0, 1, coalesce(s.minor, 0) from credited c ${mail} ${saleOf('c')} where not s.cancelled
      ) each group by 1 order by 1`,
    values: [journey, at(from), at(until), by === 'day' ? zone : ''],
  });
}

/** Credited orders and revenue of every journey, for lists: minor units of the report's currency, net of refunds. */
export async function creditedByJourney(runner: Runner) {
  return runner.rows<{ journey: string; orders: number; minor: number }>({
    text: `select c.journey, count(*)::int as orders, coalesce(sum(s.minor), 0)::float8 as minor
      from measure_credit c ${saleOf('c')} where not s.cancelled group by c.journey order by 1`,
  });
}
