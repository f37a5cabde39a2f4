import { shardOf } from '../base/index.ts';
import type { DeviceKind } from '../event/index.ts';
import type { Runner } from '../store/index.ts';
import { shownOf, unshow } from './table-mail.ts';
import { uncount } from './table-tally.ts';

export type Arm = 'treated' | 'control';

/**
 * One profile's place in one comparison. A journey's goes by its key, with the arms `treated` and `control`; `global:2026Q4` is that of
 * all mail; `journey/activity` is an experiment, whose arms are the names of its paths or messages.
 */
export interface Unit {
  journey: string;
  profileId: string;
  arm: string;
  at: number;
  /** Share that was held out at that moment, 0–1; in an experiment, how likely its arm was. */
  share: number;
  /** What kind of device they were last seen on. */
  device?: DeviceKind | undefined;
}

/** A message that left, or would have left (a ghost). */
export interface Sent {
  messageId: string;
  journey: string;
  activity: string | null;
  profileId: string;
  at: number;
  version: number | null;
  message: string | null;
  variant: string | null;
  plannedAt: number;
  /** It was held back: the mail that somebody held out would have got. */
  held: boolean;
  /** Criterion, place and item of what it shows. */
  shown: [criterion: string, position: number, item: string][];
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
  criterion: string | null;
}

export interface Order {
  orderId: string;
  profileId: string;
  at: number;
  minor: number;
  currency: string;
  items: { id: string; quantity: number }[];
}

/** In an experiment the first arm stays whatever comes later: a bandit changes its shares from day to day. */
const isSplit = (row: string) => `position('/' in ${row}.journey) > 0`;

/**
 * First assignment wins; meeting the other arm of a journey later marks the unit, so that both sides leave it out. Needs the persons'
 * rows. What changes is left uncounted.
 */
export async function insertUnits(tx: Runner, units: readonly Unit[]): Promise<void> {
  const values = [
    units.map(({ journey }) => journey),
    units.map(({ profileId }) => profileId),
    units.map(({ profileId }) => shardOf(profileId)),
    units.map(({ arm }) => arm),
    units.map(({ at }) => new Date(at)),
    units.map(({ share }) => Math.round(share * 10_000)),
    units.map(({ device }) => device ?? null),
  ];
  const given = `unnest($1::text[], $2::uuid[], $3::smallint[], $4::text[], $5::timestamptz[], $6::int[], $7::text[])
    as g(journey, profile_id, shard, arm, at, share, device)`;
  const fresh = await tx.run({
    name: 'measure.units',
    text: `insert into measure_unit (journey, profile_id, shard, arm, assigned_at, share, device)
      select distinct on (journey, profile_id) * from ${given} order by journey, profile_id, at
      on conflict (journey, profile_id) do nothing`,
    values,
  });
  if (fresh === units.length) return;
  const met = await tx.rows<{ profile_id: string }>({
    name: 'measure.units-met',
    text: `select distinct g.profile_id from ${given} join measure_unit u using (journey, profile_id)
      where (u.arm <> g.arm and not u.conflicted and not ${isSplit('u')}) or g.at < u.assigned_at`,
    values,
  });
  if (met.length === 0) return;
  await uncount(
    tx,
    met.map((row) => row.profile_id),
  );
  await tx.run({
    name: 'measure.units-join',
    text: `update measure_unit u set conflicted = u.conflicted or (g.mixed or u.arm <> g.arm) and not ${isSplit('u')}, assigned_at = least(u.assigned_at, g.at),
        arm = case when g.at < u.assigned_at then g.arm else u.arm end
      from (select distinct on (journey, profile_id) journey, profile_id, arm, at,
          count(*) over (partition by journey, profile_id, arm) <> count(*) over (partition by journey, profile_id) as mixed
        from ${given} order by journey, profile_id, at) g
      where u.journey = g.journey and u.profile_id = g.profile_id`,
    values,
  });
}

/** Messages that left, or would have, each once, with what they showed; clicks on them are those of whom they went to. */
export async function insertSent(tx: Runner, sent: readonly Sent[]): Promise<void> {
  if (sent.length === 0) return;
  await tx.run({
    name: 'measure.sent',
    text: `with fresh as (
        insert into measure_sent (message_id, journey, profile_id, shard, at, activity, version, message, variant, planned_at, held, shown)
        select * from unnest($1::text[], $2::text[], $3::uuid[], $4::smallint[], $5::timestamptz[], $6::text[], $7::int[], $8::text[],
          $9::text[], $10::timestamptz[], $11::bool[], $12::jsonb[])
        on conflict (message_id) do nothing returning *
      ) ${shownOf('fresh', 1)}`,
    values: [
      sent.map(({ messageId }) => messageId),
      sent.map(({ journey }) => journey),
      sent.map(({ profileId }) => profileId),
      sent.map(({ profileId }) => shardOf(profileId)),
      sent.map(({ at }) => new Date(at)),
      sent.map(({ activity }) => activity),
      sent.map(({ version }) => version),
      sent.map(({ message }) => message),
      sent.map(({ variant }) => variant),
      sent.map(({ plannedAt }) => new Date(plannedAt)),
      sent.map(({ held }) => held),
      sent.map(({ shown }) => (shown.length === 0 ? null : JSON.stringify(shown))),
    ],
  });
  await tx.run({
    name: 'measure.sent-clicks',
    text: `update measure_click c set profile_id = g.profile_id from unnest($1::text[], $2::uuid[]) as g(message_id, profile_id)
      where c.message_id = g.message_id and c.profile_id is distinct from g.profile_id`,
    values: [sent.map(({ messageId }) => messageId), sent.map(({ profileId }) => profileId)],
  });
}

/**
 * The click itself. Its landing may have been seen before it (another shard): both write the one row of the click id,
 * so neither misses the other. The click belongs to whom the message was sent to. Gives that profile.
 */
export async function upsertClick(tx: Runner, click: Click, shard: number): Promise<string | null> {
  const [row] = await tx.rows<{ profile_id: string | null }>({
    name: 'measure.click',
    text: `insert into measure_click (click_id, shard, profile_id, message_id, journey, at, item, position, recommendation, criterion)
      values ($1, $2, coalesce((select profile_id from measure_sent where message_id = $4), $3::uuid), $4, $5, $6, $7, $8, $9, $10)
      on conflict (click_id) do update set
        profile_id = coalesce(measure_click.profile_id, excluded.profile_id), message_id = excluded.message_id,
        journey = excluded.journey, at = coalesce(measure_click.at, excluded.at), item = excluded.item,
        position = excluded.position, recommendation = excluded.recommendation, criterion = excluded.criterion
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
      click.criterion,
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

/** Orders, each once, in one statement. */
export async function insertOrders(tx: Runner, orders: readonly Order[]): Promise<void> {
  if (orders.length === 0) return;
  await tx.run({
    name: 'measure.orders',
    text: `insert into measure_order (order_id, profile_id, shard, at, minor, currency, items)
      select order_id, profile_id, shard, at, minor, currency, items::jsonb
      from unnest($1::text[], $2::uuid[], $3::smallint[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[])
        as g(order_id, profile_id, shard, at, minor, currency, items) on conflict (order_id) do nothing`,
    values: [
      orders.map(({ orderId }) => orderId),
      orders.map(({ profileId }) => profileId),
      orders.map(({ profileId }) => shardOf(profileId)),
      orders.map(({ at }) => new Date(at)),
      orders.map(({ minor }) => minor),
      orders.map(({ currency }) => currency),
      orders.map(({ items }) => JSON.stringify(items)),
    ],
  });
}

/** Money of an order that went back; the one that cancels it takes the order itself away. Told twice, it counts once. */
export interface Refund {
  orderId: string;
  refundId: string;
  profileId: string;
  at: number;
  minor: number;
  cancels: boolean;
}

export async function insertRefund(tx: Runner, refund: Refund): Promise<void> {
  const { orderId, refundId, profileId, at, minor, cancels } = refund;
  await tx.run({
    name: 'measure.refund',
    text: `insert into measure_refund (order_id, refund_id, profile_id, shard, at, minor, cancels)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict (order_id, refund_id) do nothing`,
    values: [orderId, refundId, profileId, shardOf(profileId), new Date(at), minor, cancels],
  });
}

/**
 * Whoever counts units or credits orders of a profile holds this row, so that a click, an order and an assignment in
 * several transactions see each other. In the order of the ids, as everywhere.
 */
export async function lockPersons(tx: Runner, profileIds: readonly string[]): Promise<void> {
  const ids = [...new Set(profileIds)].sort();
  if (ids.length === 0) return;
  await tx.run({
    name: 'measure.lock',
    text: `insert into measure_person (profile_id, shard) select * from unnest($1::uuid[], $2::smallint[]) order by 1
      on conflict (profile_id) do update set touched = measure_person.touched + 1`,
    values: [ids, ids.map(shardOf)],
  });
}

/** Of these profiles, who lives on in another: merged profile → survivor. */
export async function survivorsOf(tx: Runner, profileIds: readonly string[]): Promise<Map<string, string>> {
  if (profileIds.length === 0) return new Map();
  const rows = await tx.rows<{ profile_id: string; merged_into: string }>({
    name: 'measure.living',
    text: 'select profile_id, merged_into from measure_person where profile_id = any($1::uuid[]) and merged_into is not null',
    values: [[...new Set(profileIds)]],
  });
  return new Map(rows.map((row) => [row.profile_id, row.merged_into]));
}

/** Who of these people has clicked something that credits may hang on. */
export async function peopleWithClicks(tx: Runner, profileIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>({
    name: 'measure.clickers',
    text: `select distinct profile_id as id from measure_click
      where profile_id = any($1::uuid[]) and landed_at is not null and at is not null`,
    values: [profileIds],
  });
  return new Set(rows.map(({ id }) => id));
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

/** An order with what it is credited to. */
export interface CreditedOrder extends Order {
  credit: { messageId: string; journey: string; rule: string; clickId: string | null } | null;
}

export async function ordersOf(runner: Runner, profileId: string): Promise<CreditedOrder[]> {
  const rows = await runner.rows<OrderRow>({
    name: 'measure.orders-of',
    text: `select o.order_id, o.profile_id, o.at, o.minor, o.currency, o.items, c.message_id, c.journey, c.rule, c.click_id
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
    credit:
      row.message_id === null
        ? null
        : { messageId: row.message_id, journey: row.journey!, rule: row.rule!, clickId: row.click_id },
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
  click_id: string | null;
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
    text: `insert into measure_unit (journey, profile_id, shard, arm, assigned_at, conflicted, share, device)
      select journey, $2::uuid, $3::smallint, arm, assigned_at, conflicted, share, device from measure_unit where profile_id = $1
      on conflict (journey, profile_id) do update set
        conflicted = measure_unit.conflicted or excluded.conflicted or measure_unit.arm <> excluded.arm,
        arm = case when excluded.assigned_at < measure_unit.assigned_at then excluded.arm else measure_unit.arm end,
        assigned_at = least(measure_unit.assigned_at, excluded.assigned_at)`,
    values: [from, into, shard],
  });
  await tx.run({ text: 'delete from measure_unit where profile_id = $1', values: [from] });
  await retire(tx, from, into, shard);
  for (const table of [
    'measure_sent',
    'measure_click',
    'measure_order',
    'measure_refund',
    'measure_credit',
    'measure_pick',
  ]) {
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
  'measure_refund',
  'measure_credit',
  'measure_pick',
  'measure_person',
];

/** Removes every row that names the profile, and what its mails showed from the roll-up. */
export async function deletePerson(tx: Runner, profileId: string): Promise<void> {
  await unshow(tx, profileId);
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
    text: `truncate measure_unit, measure_sent, measure_click, measure_order, measure_refund, measure_credit, measure_person,
      measure_delta, measure_tally, measure_day, measure_journey, measure_pick, measure_shown, measure_shown_month, measure_shown_delta,
      measure_weight`,
  });
}
