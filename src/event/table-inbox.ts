import { shardOf } from '../base/index.ts';
import { smallintColumn, textColumn, uuidColumn, type Runner } from '../store/index.ts';
import type { ShopEvent } from './event.ts';
import type { StoredRow } from './given.ts';

/** A row taken out of the inbox. */
export interface InboxRow {
  shard: number;
  id: string;
  /** Null when it is as it was stored, and whoever takes it knows that. */
  payload: string | null;
}

/** Of one shard no more than this part of a limit is looked at: then a look costs the same however much waits. */
const shardPart = 1 / 8;

/**
 * Deletes the oldest rows of some shards, about `limit` at most, and gives them with what they carry, each shard's in order;
 * `isAll` when there were no more.
 */
export async function takeOldest(
  tx: Runner,
  shards: readonly number[],
  limit: number,
): Promise<{ rows: InboxRow[]; isAll: boolean }> {
  const ofShard = Math.ceil(limit * shardPart);
  const rows = await tx.rows<InboxRow>({
    name: 'event.take',
    text: `with oldest as (
        select b.at from unnest($1::smallint[]) as x(shard) cross join lateral
          (select ctid as at, id from event_inbox where event_inbox.shard = x.shard order by id limit $3) b
        order by b.id limit $2)
      delete from event_inbox where ctid = any(array(select at from oldest)) returning shard, id, payload`,
    values: [shards, limit, ofShard],
  });
  const counts = new Map<number, number>();
  for (const { shard } of rows) counts.set(shard, (counts.get(shard) ?? 0) + 1);
  return { rows, isAll: rows.length < limit && Math.max(0, ...counts.values()) < ofShard };
}

/** Deletes rows that the caller stored itself. Only those that are given back were still there, and are the caller's. */
export async function takeGiven(tx: Runner, rows: readonly StoredRow[]): Promise<InboxRow[]> {
  if (rows.length === 0) return [];
  const [taken] = await tx.rows<{ others: InboxRow[] | null }>({
    name: 'event.take-given',
    // One look into the index for each row: a join might read through all that is dead in the table. Mostly all are there
    // as they were stored, and then no row comes back.
    text: `with gone as (
        delete from event_inbox where ctid = any(array(select row.at from unnest($1::smallint[], $2::uuid[]) as x(shard, id)
          cross join lateral (select b.ctid as at from event_inbox b where b.shard = x.shard and b.id = x.id offset 0) as row))
        returning shard, id, changed, case when changed then payload end as payload)
      select case when count(*) <> $3::int or bool_or(changed)
        then coalesce(json_agg(json_build_object('shard', shard, 'id', id, 'payload', payload)), '[]') end as others from gone`,
    values: [smallintColumn(rows.map(({ shard }) => shard)), uuidColumn(rows.map(({ id }) => id)), rows.length],
  });
  return taken!.others ?? rows.map(({ shard, id }) => ({ shard, id, payload: null }));
}

/** Notes that events which state a consent wait in the inbox. */
export async function noteConsents(tx: Runner, events: readonly ShopEvent[]): Promise<void> {
  const stating = events.filter(({ consent }) => consent);
  if (stating.length === 0) return;
  await tx.run({
    text: `insert into event_consenting (shard, source, id, visitor)
      select * from unnest($1::smallint[], $2::text[], $3::text[], $4::text[]) on conflict do nothing`,
    values: [...keysOf(stating), textColumn(stating.map(({ visitor }) => visitor))],
  });
}

/** These events wait no more. */
export async function forgetConsents(tx: Runner, events: readonly ShopEvent[]): Promise<void> {
  const stating = events.filter(({ consent }) => consent);
  if (stating.length === 0) return;
  await tx.run({
    name: 'event.consents-taken',
    text: `delete from event_consenting where (shard, source, id) in
      (select * from unnest($1::smallint[], $2::text[], $3::text[]))`,
    values: keysOf(stating),
  });
}

function keysOf(events: readonly ShopEvent[]): Buffer[] {
  return [
    smallintColumn(events.map(({ visitor }) => shardOf(visitor))),
    textColumn(events.map(({ source }) => source)),
    textColumn(events.map(({ id }) => id)),
  ];
}
