import type { Rule, RuleSql, RuleTables, TypedSql } from '../language/index.ts';
import { historyTablesOf } from './history.ts';
import { recentSql } from './table-row.ts';

type View = string | TypedSql;

const text = (sql: string): TypedSql => ({ sql, kind: 'text' });
const number = (sql: string): TypedSql => ({ sql, kind: 'number' });
const moment = (sql: string): TypedSql => ({ sql, kind: 'moment' });
const inForce = (purpose: string) => `p.state #>> '{consent,${purpose},state}'`;
const consentView = (purpose: string): TypedSql => ({ sql: `to_jsonb(${inForce(purpose)} = 'in')`, kind: 'truth' });
const visitEnd = `case when (p.state ->> 'visiting')::bool then null else ${recentSql.visitAt} end`;
const reachable = `p.state ->> 'email' is not null and coalesce(${inForce('email-marketing')} = 'in', false)
  and ${inForce('collect')} is distinct from 'out'`;
const seen = (sql: string) => `case when (p.state ->> 'visits')::int > 0 then ${sql} end`;
const cartLines = `coalesce(nullif(p.state #> '{cart,lines}', 'null'::jsonb), '[]'::jsonb)`;

/**
 * The profile as `viewOf` gives it, in SQL. What is not here (the device, categories, amounts of orders, traits, which move
 * with time) the database leaves to the rule itself.
 */
const views: Record<string, View> = {
  id: text('to_jsonb(p.id::text)'),
  email: text(`p.state -> 'email'`),
  firstName: text(
    `case when jsonb_typeof(p.state #> '{attributes,firstName}') = 'string' then nullif(p.state #> '{attributes,firstName}', '""'::jsonb) end`,
  ),
  attributes: `p.state -> 'attributes'`,
  timeZone: text(`p.state -> 'timeZone'`),
  language: text(`p.state -> 'language'`),
  'cart.id': text(`p.state #> '{cart,id}'`),
  'cart.count': number(`to_jsonb(jsonb_array_length(${cartLines}))`),
  'cart.lines': cartLines,
  viewed: recentSql.viewed,
  lastViewed: text(recentSql.lastViewed),
  mostViewed: text(recentSql.mostViewed),
  lastPurchased: text(`p.state #> '{orders,-1,items,0,id}'`),
  favouriteCategory: text(`p.state #> '{categoryScores,0,0}'`),
  visits: number(`p.state -> 'visits'`),
  'visit.startedAt': moment(`p.state #> '{visit,startedAt}'`),
  'visit.endedAt': moment(visitEnd),
  'visit.views': recentSql.visitViews,
  'visit.pages': number(recentSql.visitPages),
  'visit.orders': number(`p.state #> '{visit,orders}'`),
  lastSeenAt: moment(seen(recentSql.lastSeenAt)),
  firstSeenAt: moment(seen(`p.state -> 'firstSeenAt'`)),
  'consent.collect': consentView('collect'),
  'consent.personalize': consentView('personalize'),
  'consent.email-marketing': consentView('email-marketing'),
  reachable: { sql: `to_jsonb(${reachable})`, kind: 'truth' },
  mailed: `p.state -> 'mailed'`,
};

/** Fields of an order that stand in the row as they are; amounts and items are worked out by `viewOf`. */
const plainOrder = new Set(['profile.orders', 'profile.orders.id', 'profile.orders.at', 'profile.orders.currency']);

function viewsFor(rule: Rule): RuleTables['profiles']['view'] {
  const plain = rule.paths.every((path) => !path.startsWith('profile.orders') || plainOrder.has(path));
  const known: Record<string, View> = plain ? { ...views, orders: `p.state -> 'orders'` } : views;
  return (path) => {
    const key = path.join('.');
    return Object.hasOwn(known, key) ? known[key]! : null;
  };
}

/** A part of everybody, by id: `after` (exclusive) up to `upTo` (inclusive); null is open. Ids are our own UUIDs. */
export interface IdRange {
  after: string | null;
  upTo: string | null;
}

/** A rule as a query over a part of everybody: rows `{ id, sure }`. */
export function ruleQuery(rule: Rule, range: IdRange, now: number): RuleSql {
  const bounds = [
    'p.merged_into is null',
    ...(range.after === null ? [] : [`p.id > '${range.after}'::uuid`]),
    ...(range.upTo === null ? [] : [`p.id <= '${range.upTo}'::uuid`]),
  ];
  const tables: RuleTables = {
    profiles: { from: 'profile p', id: 'p.id', where: bounds.join(' and '), view: viewsFor(rule) },
    events: historyTablesOf(rule),
  };
  return rule.toSql(tables, now);
}

/** Those whose answer time alone may change, by id: who did something of the rule's types lately. For rules with a `lapse`. */
export function lapsingQuery(rule: Rule, { after, now, limit }: { after: string | null; now: number; limit: number }) {
  const events = historyTablesOf(rule);
  return {
    text: `select distinct ${events.profile} as id from ${events.from} where ${events.profile} > $1 and ${events.types} ?| $2
      and ${events.at} > $3 order by 1 limit $4`,
    values: [after ?? '00000000-0000-0000-0000-000000000000', rule.types, new Date(now - rule.lapse! - 1), limit],
  };
}
