import type { Migration, Runner } from '../store/index.ts';
import type { HumanClick } from './credit.ts';

export const migrations: Migration[] = [
  {
    name: '0701-measure-units',
    sql: `
create table measure_unit (
  journey text not null,
  profile_id uuid not null,
  shard smallint not null,
  arm text not null check (arm in ('treated', 'control')),
  assigned_at timestamptz not null,
  conflicted boolean not null default false,
  primary key (journey, profile_id)
);
create index measure_unit_profile on measure_unit (profile_id);
create table measure_sent (
  message_id text primary key,
  journey text not null,
  profile_id uuid not null,
  shard smallint not null,
  at timestamptz not null
);
create index measure_sent_profile on measure_sent (profile_id);
create table measure_click (
  click_id text primary key,
  shard smallint not null,
  profile_id uuid,
  message_id text,
  journey text,
  at timestamptz,
  landed_at timestamptz,
  item text,
  position integer,
  recommendation text
);
create index measure_click_profile on measure_click (profile_id);
create index measure_click_message on measure_click (message_id);
create table measure_order (
  order_id text primary key,
  profile_id uuid not null,
  shard smallint not null,
  at timestamptz not null,
  minor bigint not null,
  currency text not null,
  items jsonb not null
);
create index measure_order_profile on measure_order (profile_id, at);
create table measure_credit (
  order_id text primary key,
  profile_id uuid not null,
  shard smallint not null,
  message_id text not null,
  journey text not null,
  rule text not null
);
create index measure_credit_journey on measure_credit (journey);
create index measure_credit_profile on measure_credit (profile_id);
create table measure_person (
  profile_id uuid primary key,
  shard smallint not null,
  touched bigint not null default 0,
  merged_into uuid
);
`,
  },
];

export type Arm = 'treated' | 'control';

/** One profile's place in one journey's comparison. */
export interface Unit {
  journey: string;
  profileId: string;
  arm: Arm;
  at: number;
}

/** A message that left, or would have left (a ghost). */
export interface Sent {
  messageId: string;
  journey: string;
  profileId: string;
  at: number;
}

/** What is known of a click from the click itself. */
export interface Click {
  clickId: string;
  messageId: string;
  journey: string;
  /** Null when the message has not been seen to leave yet. */
  profileId: string | null;
  at: number;
  item: string | null;
  position: number | null;
  recommendation: string | null;
}

export interface Order {
  orderId: string;
  profileId: string;
  at: number;
  minor: number;
  currency: string;
  items: { id: string; quantity: number }[];
}

/** First assignment wins; meeting the other arm later marks the unit, so that both sides leave it out. */
export async function insertUnit(tx: Runner, { journey, profileId, arm, at }: Unit, shard: number): Promise<void> {
  await tx.run({
    name: 'measure.unit',
    text: `insert into measure_unit (journey, profile_id, shard, arm, assigned_at) values ($1, $2, $3, $4, $5)
      on conflict (journey, profile_id) do update set
        conflicted = measure_unit.conflicted or measure_unit.arm <> excluded.arm,
        assigned_at = least(measure_unit.assigned_at, excluded.assigned_at),
        arm = case when excluded.assigned_at < measure_unit.assigned_at then excluded.arm else measure_unit.arm end`,
    values: [journey, profileId, shard, arm, new Date(at)],
  });
}

export async function insertSent(
  tx: Runner,
  { messageId, journey, profileId, at }: Sent,
  shard: number,
): Promise<void> {
  await tx.run({
    name: 'measure.sent',
    text: `insert into measure_sent (message_id, journey, profile_id, shard, at) values ($1, $2, $3, $4, $5)
      on conflict (message_id) do nothing`,
    values: [messageId, journey, profileId, shard, new Date(at)],
  });
  await tx.run({
    name: 'measure.sent-clicks',
    text: 'update measure_click set profile_id = $2 where message_id = $1 and profile_id is distinct from $2',
    values: [messageId, profileId],
  });
}

/**
 * The click itself. Its landing may have been seen before it (another shard): both write the one row of the click id,
 * so neither misses the other. The click belongs to whom the message was sent to. Gives that profile.
 */
export async function upsertClick(tx: Runner, click: Click, shard: number): Promise<string | null> {
  const [row] = await tx.rows<{ profile_id: string | null }>({
    name: 'measure.click',
    text: `insert into measure_click (click_id, shard, profile_id, message_id, journey, at, item, position, recommendation)
      values ($1, $2, coalesce((select profile_id from measure_sent where message_id = $4), $3::uuid), $4, $5, $6, $7, $8, $9)
      on conflict (click_id) do update set
        profile_id = coalesce(measure_click.profile_id, excluded.profile_id), message_id = excluded.message_id,
        journey = excluded.journey, at = coalesce(measure_click.at, excluded.at), item = excluded.item,
        position = excluded.position, recommendation = excluded.recommendation
      returning profile_id`,
    values: [
      click.clickId,
      shard,
      click.profileId,
      click.messageId,
      click.journey,
      new Date(click.at),
      click.item,
      click.position,
      click.recommendation,
    ],
  });
  return row!.profile_id;
}

/** A page of the shop was opened with this click id. Gives the profile of the click, if the click is known yet. */
export async function upsertLanding(tx: Runner, clickId: string, at: number, shard: number): Promise<string | null> {
  const [row] = await tx.rows<{ profile_id: string | null }>({
    name: 'measure.landing',
    text: `insert into measure_click (click_id, shard, landed_at) values ($1, $2, $3)
      on conflict (click_id) do update set landed_at = least(measure_click.landed_at, excluded.landed_at)
      returning profile_id`,
    values: [clickId, shard, new Date(at)],
  });
  return row!.profile_id;
}

export async function insertOrder(tx: Runner, order: Order, shard: number): Promise<void> {
  await tx.run({
    name: 'measure.order',
    text: `insert into measure_order (order_id, profile_id, shard, at, minor, currency, items)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict (order_id) do nothing`,
    values: [
      order.orderId,
      order.profileId,
      shard,
      new Date(order.at),
      order.minor,
      order.currency,
      JSON.stringify(order.items),
    ],
  });
}

/** Whoever credits orders of a profile holds this row, so that a click and an order in two transactions see each other. */
export async function lockPerson(tx: Runner, profileId: string, shard: number): Promise<void> {
  await tx.run({
    name: 'measure.lock',
    text: `insert into measure_person (profile_id, shard) values ($1, $2)
      on conflict (profile_id) do update set touched = measure_person.touched + 1`,
    values: [profileId, shard],
  });
}

/** Who lives on: the profile itself, or the one it has been merged into. */
export async function livingProfile(tx: Runner, profileId: string): Promise<string> {
  const [row] = await tx.rows<{ merged_into: string }>({
    name: 'measure.living',
    text: 'select merged_into from measure_person where profile_id = $1 and merged_into is not null',
    values: [profileId],
  });
  return row?.merged_into ?? profileId;
}

/** Whom a message went to, as far as we have seen it leave. */
export async function recipientOf(tx: Runner, messageId: string): Promise<string | null> {
  const [row] = await tx.rows<{ profile_id: string }>({
    name: 'measure.recipient',
    text: 'select profile_id from measure_sent where message_id = $1',
    values: [messageId],
  });
  return row?.profile_id ?? null;
}

/** The human clicks of a profile on messages sent to it. */
export async function humanClicks(runner: Runner, profileId: string): Promise<(HumanClick & { journey: string })[]> {
  const rows = await runner.rows<{ message_id: string; journey: string; sent_at: Date; at: Date }>({
    name: 'measure.human-clicks',
    text: `select c.message_id, s.journey, s.at as sent_at, c.at from measure_click c
      join measure_sent s on s.message_id = c.message_id
      where c.profile_id = $1 and c.landed_at is not null and c.at is not null`,
    values: [profileId],
  });
  return rows.map((row) => ({
    messageId: row.message_id,
    journey: row.journey,
    sentAt: row.sent_at.getTime(),
    at: row.at.getTime(),
  }));
}

/** An order with what it is credited to. */
export interface CreditedOrder extends Order {
  credit: { messageId: string; journey: string; rule: string } | null;
}

export async function ordersOf(runner: Runner, profileId: string): Promise<CreditedOrder[]> {
  const rows = await runner.rows<OrderRow>({
    name: 'measure.orders-of',
    text: `select o.order_id, o.profile_id, o.at, o.minor, o.currency, o.items, c.message_id, c.journey, c.rule
      from measure_order o left join measure_credit c on c.order_id = o.order_id where o.profile_id = $1 order by o.at`,
    values: [profileId],
  });
  return rows.map((row) => ({
    orderId: row.order_id,
    profileId: row.profile_id,
    at: row.at.getTime(),
    minor: row.minor,
    currency: row.currency,
    items: row.items,
    credit: row.message_id === null ? null : { messageId: row.message_id, journey: row.journey!, rule: row.rule! },
  }));
}

interface OrderRow {
  order_id: string;
  profile_id: string;
  at: Date;
  minor: number;
  currency: string;
  items: { id: string; quantity: number }[];
  message_id: string | null;
  journey: string | null;
  rule: string | null;
}

export interface Credit {
  orderId: string;
  profileId: string;
  messageId: string;
  journey: string;
  rule: string;
}

export async function upsertCredit(tx: Runner, credit: Credit, shard: number): Promise<void> {
  await tx.run({
    name: 'measure.credit',
    text: `insert into measure_credit (order_id, profile_id, shard, message_id, journey, rule) values ($1, $2, $3, $4, $5, $6)
      on conflict (order_id) do update set message_id = excluded.message_id, journey = excluded.journey, rule = excluded.rule`,
    values: [credit.orderId, credit.profileId, shard, credit.messageId, credit.journey, credit.rule],
  });
}

export async function deleteCredit(tx: Runner, orderId: string): Promise<void> {
  await tx.run({ name: 'measure.uncredit', text: 'delete from measure_credit where order_id = $1', values: [orderId] });
}

async function retire(tx: Runner, from: string, into: string, shard: number): Promise<void> {
  await tx.run({
    text: `insert into measure_person (profile_id, shard, merged_into) values ($1, $3, $2)
      on conflict (profile_id) do update set merged_into = excluded.merged_into`,
    values: [from, into, shard],
  });
  await tx.run({ text: 'update measure_person set merged_into = $2 where merged_into = $1', values: [from, into] });
}

/** What `from` did becomes what `into` did. Units of the same journey are joined: the earlier stays, a conflict is marked. */
export async function moveProfile(tx: Runner, from: string, into: string, shard: number): Promise<void> {
  await tx.run({
    text: `insert into measure_unit (journey, profile_id, shard, arm, assigned_at, conflicted)
      select journey, $2::uuid, $3::smallint, arm, assigned_at, conflicted from measure_unit where profile_id = $1
      on conflict (journey, profile_id) do update set
        conflicted = measure_unit.conflicted or excluded.conflicted or measure_unit.arm <> excluded.arm,
        arm = case when excluded.assigned_at < measure_unit.assigned_at then excluded.arm else measure_unit.arm end,
        assigned_at = least(measure_unit.assigned_at, excluded.assigned_at)`,
    values: [from, into, shard],
  });
  await tx.run({ text: 'delete from measure_unit where profile_id = $1', values: [from] });
  await retire(tx, from, into, shard);
  for (const table of ['measure_sent', 'measure_click', 'measure_order', 'measure_credit']) {
    await tx.run({
      text: `update ${table} set profile_id = $2, shard = $3 where profile_id = $1`,
      values: [from, into, shard],
    });
  }
}

const personTables = [
  'measure_unit',
  'measure_sent',
  'measure_click',
  'measure_order',
  'measure_credit',
  'measure_person',
];

/** Removes every row that names the profile. */
export async function deletePerson(tx: Runner, profileId: string): Promise<void> {
  for (const table of personTables) {
    await tx.run({ text: `delete from ${table} where profile_id = $1`, values: [profileId] });
  }
}

/** Every row that names the profile, as stored, by table. */
export async function rowsOf(runner: Runner, profileId: string): Promise<Record<string, Record<string, unknown>[]>> {
  const found: Record<string, Record<string, unknown>[]> = {};
  for (const table of personTables) {
    found[table] = await runner.rows({ text: `select * from ${table} where profile_id = $1`, values: [profileId] });
  }
  return found;
}

/** Takes all units, clicks, orders and credits away. For leaving the demo. */
export async function emptyMeasure(runner: Runner): Promise<void> {
  await runner.run({
    text: 'truncate measure_unit, measure_sent, measure_click, measure_order, measure_credit, measure_person',
  });
}
