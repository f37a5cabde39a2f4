import {
  bigintColumn,
  smallintColumn,
  textColumn,
  timeColumn,
  uuidColumn,
  type Migration,
  type Runner,
  type Tx,
} from '../store/index.ts';

/** What somebody has seen of one experience. Times are UTC ms. */
export interface SeenRow {
  shard: number;
  profileId: string;
  activity: string;
  experience: string;
  shown: number;
  clicked: number;
  clickedAt: number | null;
}

/** An order that followed a click on an experience. */
export interface FollowedOrder {
  shard: number;
  profileId: string;
  orderId: string;
  at: number;
  minor: number;
  currency: string;
}

/** What is counted of an experience. */
export interface ExperienceCount {
  activity: string;
  experience: string;
  people: number;
  shown: number;
  clicked: number;
  clickers: number;
}

/** Money by experience. */
export interface OrderCount {
  activity: string;
  experience: string;
  currency: string;
  orders: number;
  minor: number;
}

/** Tables of what people have seen; part of the room's migrations. */
export const activitySeenMigrations: Migration[] = [
  {
    name: '0422-activity-seen',
    sql: `
create table activity_seen (
  shard smallint not null,
  profile_id uuid not null,
  activity text not null,
  experience text not null,
  shown integer not null,
  clicked integer not null,
  clicked_at timestamptz,
  primary key (profile_id, activity, experience)
);
create index activity_seen_of on activity_seen (activity, experience);
create table activity_order (
  shard smallint not null,
  profile_id uuid not null,
  order_id text not null,
  activity text not null,
  experience text not null,
  at timestamptz not null,
  minor bigint not null,
  currency text not null,
  primary key (order_id, activity)
);
create index activity_order_of on activity_order (activity, experience);
create index activity_order_person on activity_order (profile_id);
`,
  },
];

/** Adds what was seen; the last click counts. */
export async function addSeen(tx: Runner, row: SeenRow): Promise<void> {
  await tx.run({
    name: 'recommend.add-seen',
    text: `insert into activity_seen as one (shard, profile_id, activity, experience, shown, clicked, clicked_at)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict (profile_id, activity, experience) do update
      set shown = one.shown + excluded.shown, clicked = one.clicked + excluded.clicked,
        clicked_at = greatest(one.clicked_at, excluded.clicked_at)`,
    values: [
      row.shard,
      row.profileId,
      row.activity,
      row.experience,
      row.shown,
      row.clicked,
      row.clickedAt === null ? null : new Date(row.clickedAt),
    ],
  });
}

/** Credits each order to the last clicked experience of each activity, if that click came at most `windowMs` before it. */
export async function addOrders(tx: Runner, orders: readonly FollowedOrder[], windowMs: number): Promise<void> {
  if (orders.length === 0) return;
  await tx.run({
    name: 'recommend.credit-orders',
    text: `insert into activity_order (shard, profile_id, order_id, activity, experience, at, minor, currency)
      select distinct on (o.order_id, s.activity) o.shard, o.profile_id, o.order_id, s.activity, s.experience, o.at, o.minor, o.currency
      from unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bigint[], $6::text[])
        as o(shard, profile_id, order_id, at, minor, currency)
      join activity_seen s on s.profile_id = o.profile_id and s.clicked_at <= o.at
        and s.clicked_at >= o.at - $7 * interval '1 millisecond'
      order by o.order_id, s.activity, s.clicked_at desc
      on conflict do nothing`,
    values: [
      smallintColumn(orders.map(({ shard }) => shard)),
      uuidColumn(orders.map(({ profileId }) => profileId)),
      textColumn(orders.map(({ orderId }) => orderId)),
      timeColumn(orders.map(({ at }) => at)),
      bigintColumn(orders.map(({ minor }) => minor)),
      textColumn(orders.map(({ currency }) => currency)),
      windowMs,
    ],
  });
}

/** Counts of an activity, by experience. */
export async function countsOf(
  runner: Runner,
  activity: string,
): Promise<{ seen: ExperienceCount[]; orders: OrderCount[] }> {
  const seen = await runner.rows<ExperienceCount>({
    text: `select activity, experience, count(*)::int as people, sum(shown)::int as shown, sum(clicked)::int as clicked,
        count(clicked_at)::int as clickers
      from activity_seen where activity = $1 group by 1, 2 order by 2`,
    values: [activity],
  });
  const orders = await runner.rows<OrderCount>({
    text: `select activity, experience, currency, count(*)::int as orders, sum(minor)::float8 as minor
      from activity_order where activity = $1 group by 1, 2, 3 order by 2, 3`,
    values: [activity],
  });
  return { seen, orders };
}

const seenColumns = `shard, profile_id as "profileId", activity, experience, shown, clicked,
  (extract(epoch from clicked_at) * 1000)::float8 as "clickedAt"`;

/** Takes what a profile has seen out of the table, in the transaction of a merge. */
export function takeSeen(tx: Tx, profileId: string): Promise<SeenRow[]> {
  return tx.rows<SeenRow>({
    text: `delete from activity_seen where profile_id = $1 returning ${seenColumns}`,
    values: [profileId],
  });
}

/** What is left of nothing goes, and a click that is no more has no time. */
export async function clearSeen(tx: Tx, profileId: string): Promise<void> {
  await tx.run({
    text: 'delete from activity_seen where profile_id = $1 and shown <= 0 and clicked <= 0',
    values: [profileId],
  });
  await tx.run({
    text: 'update activity_seen set clicked_at = null where profile_id = $1 and clicked <= 0',
    values: [profileId],
  });
}

/** Gives orders to another profile; all of them, or those named. @returns their ids */
export async function moveOrders(
  tx: Tx,
  from: string,
  to: { profileId: string; shard: number; only?: string[] },
): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>({
    text: `update activity_order set profile_id = $2, shard = $3 where profile_id = $1 and ($4::text[] is null or order_id = any($4))
      returning order_id as id`,
    values: [from, to.profileId, to.shard, to.only ?? null],
  });
  return rows.map(({ id }) => id);
}

/** Removes all that names a profile. */
export async function dropSeen(tx: Runner, profileId: string): Promise<void> {
  await tx.run({ text: 'delete from activity_seen where profile_id = $1', values: [profileId] });
  await tx.run({ text: 'delete from activity_order where profile_id = $1', values: [profileId] });
}

/** Nobody has seen anything. For leaving the demo; activities stay. */
export async function emptySeen(runner: Runner): Promise<void> {
  await runner.run({ text: 'truncate activity_seen, activity_order' });
}

/** All that names a profile, as stored. */
export async function seenRows(runner: Runner, profileId: string): Promise<Record<string, Record<string, unknown>[]>> {
  const rows = (table: 'activity_seen' | 'activity_order') =>
    runner.rows<Record<string, unknown>>({ text: `select * from ${table} where profile_id = $1`, values: [profileId] });
  return { activity_seen: await rows('activity_seen'), activity_order: await rows('activity_order') };
}
