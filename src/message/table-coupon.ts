import { shardOf } from '../base/index.ts';
import type { Migration, Runner } from '../store/index.ts';
import type { CouponPool } from './coupon.ts';

/** Statements of coupon pools. A code lies under a shard of its own, so that one pool is not one hot place. */

export const couponMigrations: Migration[] = [
  {
    name: '0671-message-coupon',
    sql: `
create table coupon_pool (
  key text primary key,
  body jsonb not null,
  saved_at timestamptz not null
);
create table coupon (
  shard smallint not null,
  pool text not null,
  code text not null,
  expires_at timestamptz,
  added_at timestamptz not null,
  taken_at timestamptz,
  message_id uuid,
  primary key (shard, pool, code)
);
create index coupon_free on coupon (pool, expires_at) where taken_at is null;
create index coupon_message on coupon (message_id) where message_id is not null;
`,
  },
  {
    // A code is money: it lies sealed, and is told apart by a keyed hash. What was in the clear is sealed by coupon.ts.
    name: '0672-message-coupon-sealed',
    sql: `
alter table coupon add column sealed text;
create index coupon_open on coupon (pool) where sealed is null;
`,
  },
];

export interface PoolRow {
  key: string;
  body: CouponPool;
  savedAt: number;
}

export async function poolRows(runner: Runner): Promise<PoolRow[]> {
  const rows = await runner.rows<Omit<PoolRow, 'savedAt'> & { savedAt: Date }>({
    name: 'pool-list',
    text: 'select key, body, saved_at as "savedAt" from coupon_pool order by key',
  });
  return rows.map((row) => ({ ...row, savedAt: row.savedAt.getTime() }));
}

export function putPoolRow(runner: Runner, { key, body, savedAt }: PoolRow): Promise<number> {
  return runner.run({
    text: `insert into coupon_pool (key, body, saved_at) values ($1, $2, $3)
      on conflict (key) do update set body = excluded.body, saved_at = excluded.saved_at`,
    values: [key, JSON.stringify(body), new Date(savedAt)],
  });
}

export function dropPool(runner: Runner, key: string): Promise<number> {
  return runner.run({ text: 'delete from coupon_pool where key = $1', values: [key] });
}

/** How many codes of each pool are free, taken, and past their time without having been taken. */
export interface PoolCounts {
  free: number;
  used: number;
  expired: number;
  /** When the next free code expires, UTC ms. */
  nextExpiry: number | null;
}

export async function poolCounts(runner: Runner, now: number): Promise<Map<string, PoolCounts>> {
  const rows = await runner.rows<Omit<PoolCounts, 'nextExpiry'> & { pool: string; next: Date | null }>({
    text: `select pool, count(*) filter (where taken_at is not null)::int as used,
        count(*) filter (where taken_at is null and expires_at <= $1)::int as expired,
        count(*) filter (where taken_at is null and (expires_at is null or expires_at > $1))::int as free,
        min(expires_at) filter (where taken_at is null and expires_at > $1) as next
      from coupon group by pool`,
    values: [new Date(now)],
  });
  return new Map(
    rows.map(({ pool, next, ...counts }) => [pool, { ...counts, nextExpiry: next === null ? null : next.getTime() }]),
  );
}

export interface NewCode {
  code: string;
  /** UTC ms; null: for good. */
  expiresAt: number | null;
}

/** A code as it lies in the database. */
export interface KeptCode {
  /** A keyed hash of it; of one that was never sealed, the code itself. */
  name: string;
  sealed: string | null;
}

/** Adds codes; those that were ever in the pool, given out or not, are not added again. @returns names of the new ones */
export async function insertCodes(
  tx: Runner,
  pool: string,
  codes: readonly (KeptCode & Pick<NewCode, 'expiresAt'>)[],
  now: number,
): Promise<Set<string>> {
  const rows = await tx.rows<{ code: string }>({
    text: `insert into coupon (shard, pool, code, sealed, expires_at, added_at)
      select s, $1, c, k, e, $6 from unnest($2::smallint[], $3::text[], $4::text[], $5::timestamptz[]) as u(s, c, k, e)
      on conflict do nothing returning code`,
    values: [
      pool,
      codes.map(({ name }) => shardOf(name)),
      codes.map(({ name }) => name),
      codes.map(({ sealed }) => sealed),
      codes.map(({ expiresAt }) => (expiresAt === null ? null : new Date(expiresAt))),
      new Date(now),
    ],
  });
  return new Set(rows.map(({ code }) => code));
}

/** Which of these names were ever in the pool. */
export async function knownCodes(
  runner: Runner,
  { pool, names }: { pool: string; names: readonly string[] },
): Promise<Set<string>> {
  const rows = await runner.rows<{ code: string }>({
    text: 'select code from coupon where shard = any($1::smallint[]) and pool = $2 and code = any($3)',
    values: [[...new Set(names.map(shardOf))], pool, names],
  });
  return new Set(rows.map(({ code }) => code));
}

/** Codes that lie in the clear, locked. */
export function openCodes(tx: Runner, limit: number): Promise<{ pool: string; code: string }[]> {
  return tx.rows({
    text: 'select pool, code from coupon where sealed is null order by pool, code limit $1 for update skip locked',
    values: [limit],
  });
}

/** Puts the sealed ones in the place of those in the clear. */
export function sealCodes(tx: Runner, codes: readonly (KeptCode & { pool: string; code: string })[]): Promise<number> {
  return tx.run({
    text: `update coupon c set shard = u.now, code = u.name, sealed = u.sealed
      from unnest($1::smallint[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[])
        as u(was, pool, code, now, name, sealed)
      where c.shard = u.was and c.pool = u.pool and c.code = u.code`,
    values: [
      codes.map(({ code }) => shardOf(code)),
      codes.map(({ pool }) => pool),
      codes.map(({ code }) => code),
      codes.map(({ name }) => shardOf(name)),
      codes.map(({ name }) => name),
      codes.map(({ sealed }) => sealed),
    ],
  });
}

/** A code that a message holds, as it lies in the database. */
export interface HeldCode extends KeptCode {
  messageId: string;
  pool: string;
}

/** What these messages hold already. */
export function codesOf(runner: Runner, messageIds: readonly string[]): Promise<HeldCode[]> {
  return runner.rows({
    name: 'coupon-held',
    text: 'select message_id as "messageId", pool, code as name, sealed from coupon where message_id = any($1::uuid[])',
    values: [messageIds],
  });
}

/** Codes that a person's mails hold, for export. */
export function codesOfProfile(runner: Runner, profileId: string): Promise<HeldCode[]> {
  return runner.rows({
    text: `select c.message_id as "messageId", c.pool, c.code as name, c.sealed
      from coupon c join message m on m.id = c.message_id where m.profile_id = $1 order by c.taken_at`,
    values: [profileId],
  });
}

/**
 * Gives each message a free code of a pool, those that expire first before the others, in the transaction that claims
 * the messages. A code that another worker is giving out at this moment is passed over, never waited for.
 */
export function takeCodes(
  tx: Runner,
  { pool, messageIds, until }: { pool: string; messageIds: readonly string[]; until: number },
  now: number,
): Promise<HeldCode[]> {
  return tx.rows({
    name: 'coupon-take',
    text: `with free as materialized (select shard, code from coupon where pool = $1 and taken_at is null
          and (expires_at is null or expires_at > $3) order by expires_at nulls last, code limit $5 for update skip locked),
        numbered as (select shard, code, row_number() over () as n from free),
        wanted as (select m, n from unnest($2::uuid[]) with ordinality as w(m, n))
      update coupon c set message_id = w.m, taken_at = $4 from numbered f join wanted w using (n)
      where c.shard = f.shard and c.pool = $1 and c.code = f.code
      returning c.message_id as "messageId", c.pool, c.code as name, c.sealed`,
    values: [pool, messageIds, new Date(until), new Date(now), messageIds.length],
  });
}

/** Codes of mails that ended before a first byte left are free again; whatever was tried on the wire keeps its own. */
export function freeCodes(tx: Runner, messages: readonly { shard: number; id: string }[]): Promise<number> {
  return tx.run({
    name: 'coupon-free',
    text: `update coupon c set message_id = null, taken_at = null from unnest($1::smallint[], $2::uuid[]) as m(shard, id)
      where c.message_id = m.id
        and not exists (select 1 from attempt a where a.shard = m.shard and a.message_id = m.id)`,
    values: [messages.map(({ shard }) => shard), messages.map(({ id }) => id)],
  });
}

/** Free codes that are taken back: they are given to nobody any more, and cannot come in again. */
export async function withdrawCodes(runner: Runner, pool: string, now: number): Promise<number> {
  return runner.run({
    text: `update coupon set expires_at = $2 where pool = $1 and taken_at is null
      and (expires_at is null or expires_at > $2)`,
    values: [pool, new Date(now)],
  });
}
