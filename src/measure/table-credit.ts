import type { Runner } from '../store/index.ts';
import { usualRule, type CreditRule } from './credit.ts';

/** The rules of credit, in the order of their versions. */
export async function rulesOf(runner: Runner): Promise<CreditRule[]> {
  const rows = await runner.rows<Omit<CreditRule, 'since'> & { since: Date }>({
    name: 'measure.rules',
    text: `select version, model, click_days::float8 as "clickDays", order_days::float8 as "orderDays", since
      from measure_rule order by version`,
  });
  return [usualRule, ...rows.map((row) => ({ ...row, since: row.since.getTime() }))];
}

export async function insertRule(
  tx: Runner,
  { version, model, clickDays, orderDays, since }: CreditRule,
): Promise<void> {
  await tx.run({
    text: `insert into measure_rule (version, model, click_days, order_days, since) values ($1, $2, $3, $4, $5)`,
    values: [version, model, clickDays, orderDays, new Date(since)],
  });
}

/** What a rule would credit; revenue in minor units of the report's currency, net of refunds. */
export interface RuleCredit {
  model: 'last' | 'first';
  days: number;
  orders: number;
  minor: number;
}

/** Models and windows that stand beside the rule in force. */
const beside = [
  ['last', 1],
  ['last', 5],
  ['last', 14],
  ['first', 5],
] as const;

/** What other rules would credit a journey with: each order to one click, of whatever journey. Counted when asked. */
export async function creditsBeside(runner: Runner, journey: string): Promise<RuleCredit[]> {
  const rules = beside.map(([model, days]) => `('${model}', ${days})`).join(', ');
  return runner.rows<RuleCredit>({
    text: `with rule (model, days) as (values ${rules}), people as (
        select distinct profile_id from measure_click where journey = $1 and landed_at is not null
      ), touch as (
        select r.model, r.days, t.journey, s.minor, row_number() over (partition by r.model, r.days, s.order_id order by
            case when r.model = 'last' then c.at end desc nulls last, case when r.model = 'first' then c.at end nulls last,
            case when r.model = 'last' then c.message_id end desc, c.message_id) as place
        from people join measure_click c using (profile_id) join measure_sent t using (message_id)
          join measure_sale s on s.profile_id = c.profile_id and s.at >= c.at and not s.cancelled
          join rule r on s.at <= c.at + r.days * interval '1 day' and c.at <= t.at + r.days * interval '1 day'
        where c.landed_at is not null and c.at >= t.at
      )
      select r.model, r.days::float8 as days, count(k.place)::int as orders, coalesce(sum(k.minor), 0)::float8 as minor
      from rule r left join touch k on k.model = r.model and k.days = r.days and k.place = 1 and k.journey = $1
      group by 1, 2 order by 1 desc, 2`,
    values: [journey],
  });
}

/** What people did with one item at one place of the mails of a journey. */
export interface ItemActs {
  item: string;
  position: number | null;
  clicks: number;
  unknown: number;
  /** Credited to a click on it; and of them, how many had the item itself in them. */
  orders: number;
  ordersWithIt: number;
  minor: number;
}

/** Clicks and credited orders by item and place of the mails that left within a span, those with most orders first, at most 1,000. */
export async function itemActs(
  runner: Runner,
  { journey, from, until }: { journey: string; from: number | null; until: number | null },
): Promise<ItemActs[]> {
  const at = (time: number | null) => (time === null ? null : new Date(time));
  return runner.rows<ItemActs>({
    text: `select c.item, c.position, count(*) filter (where c.landed_at is not null)::int as clicks,
        count(*) filter (where c.landed_at is null)::int as unknown,
        coalesce(sum(b.orders), 0)::int as orders, coalesce(sum(b.with_it), 0)::int as "ordersWithIt",
        coalesce(sum(b.minor), 0)::float8 as minor
      from measure_click c join measure_sent t using (message_id)
      left join (
        select k.click_id, count(*) as orders, sum(s.minor) as minor,
          count(*) filter (where s.items @> jsonb_build_array(jsonb_build_object('id', i.item))) as with_it
        from measure_credit k join measure_sale s using (order_id) join measure_click i using (click_id)
        where k.journey = $1 and not s.cancelled group by 1
      ) b using (click_id)
      where c.journey = $1 and c.item is not null
        and ($2::timestamptz is null or t.at >= $2) and ($3::timestamptz is null or t.at < $3)
      group by 1, 2 order by 5 desc, 3 desc, 1, 2 limit 1000`,
    values: [journey, at(from), at(until)],
  });
}
