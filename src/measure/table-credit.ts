import type { Runner } from '../store/index.ts';
import { usualRule, type CreditRule, type HumanClick } from './credit.ts';

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
  /** `any`: every journey that the buyer clicked a mail of gets the whole order, so that journeys add up to more than was ordered. */
  model: 'last' | 'first' | 'any';
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
  ['any', 5],
] as const;

/** What each rule credits a journey with: the orders that go to a click on one of its mails. Read when asked. */
const touches = `rule (model, days) as (values ${beside.map(([model, days]) => `('${model}', ${days})`).join(', ')}), people as (
        select distinct profile_id from measure_click where journey = $1 and landed_at is not null
      ), touch as (
        select r.model, r.days, t.journey, s.order_id, s.minor, c.message_id, c.at, row_number() over (partition by r.model, r.days, s.order_id, case when r.model = 'any' then t.journey end order by
            case when r.model = 'last' then c.at end desc nulls last, case when r.model = 'first' then c.at end nulls last,
            case when r.model = 'last' then c.message_id end desc, c.message_id) as place
        from people join measure_click c using (profile_id)
          cross join lateral (select t.journey, t.at from measure_sent t where t.message_id = c.message_id limit 1) t
          cross join lateral (select s.order_id, s.at, s.minor from measure_sale s
            where s.profile_id = c.profile_id and s.at >= c.at and not s.cancelled offset 0) s
          join rule r on s.at <= c.at + r.days * interval '1 day' and c.at <= t.at + r.days * interval '1 day'
        where c.landed_at is not null and c.at >= t.at
      ), credited as (select * from touch where place = 1 and journey = $1)`;

/** What other rules would credit a journey with: each order to one click, of whatever journey, or to any of them. */
export async function creditsBeside(runner: Runner, journey: string): Promise<RuleCredit[]> {
  return runner.rows<RuleCredit>({
    text: `with ${touches}
      select r.model, r.days::float8 as days, count(k.place)::int as orders, coalesce(sum(k.minor), 0)::float8 as minor
      from rule r left join credited k using (model, days) group by 1, 2 order by 1 desc, 2`,
    values: [journey],
  });
}

/** An order by a rule, with the click that it goes to. */
export interface OrderCredit {
  model: RuleCredit['model'];
  days: number;
  order: string;
  message: string;
  clickedAt: string;
  /** Net of refunds, minor units of the report's currency; null where its currency has no rate. */
  minor: number | null;
}

/** The same order by order, oldest click first, at most 100,000. */
export async function ordersBeside(runner: Runner, journey: string): Promise<OrderCredit[]> {
  const rows = await runner.rows<Omit<OrderCredit, 'clickedAt'> & { at: Date }>({
    text: `with ${touches} select model, days::float8 as days, order_id as "order", message_id as message, at, minor::float8 as minor
      from credited order by model desc, days, at, order_id limit 100000`,
    values: [journey],
  });
  return rows.map(({ at, ...row }) => ({ ...row, clickedAt: at.toISOString() }));
}

/** The human clicks of a profile on messages sent to it. */
export async function humanClicks(
  runner: Runner,
  profileId: string,
): Promise<(HumanClick & { clickId: string; journey: string })[]> {
  const rows = await runner.rows<{ click_id: string; message_id: string; journey: string; sent_at: Date; at: Date }>({
    name: 'measure.human-clicks',
    text: `select c.click_id, c.message_id, s.journey, s.at as sent_at, c.at from measure_click c
      join measure_sent s on s.message_id = c.message_id
      where c.profile_id = $1 and c.landed_at is not null and c.at is not null`,
    values: [profileId],
  });
  return rows.map((row) => ({
    clickId: row.click_id,
    messageId: row.message_id,
    journey: row.journey,
    sentAt: row.sent_at.getTime(),
    at: row.at.getTime(),
  }));
}

export interface Credit {
  orderId: string;
  profileId: string;
  messageId: string;
  journey: string;
  rule: string;
  clickId: string;
}

export async function upsertCredit(tx: Runner, credit: Credit, shard: number): Promise<void> {
  await tx.run({
    name: 'measure.credit',
    text: `insert into measure_credit (order_id, profile_id, shard, message_id, journey, rule, click_id)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict (order_id) do update set message_id = excluded.message_id,
        journey = excluded.journey, rule = excluded.rule, click_id = excluded.click_id`,
    values: [credit.orderId, credit.profileId, shard, credit.messageId, credit.journey, credit.rule, credit.clickId],
  });
}

export async function deleteCredit(tx: Runner, orderId: string): Promise<void> {
  await tx.run({ name: 'measure.uncredit', text: 'delete from measure_credit where order_id = $1', values: [orderId] });
}
