import type { Migration, Runner } from '../store/index.ts';

/** Partitions and pruning of the log. Months are UTC; a month is named by its first moment, UTC ms. */
export const monthMigrations: Migration[] = [
  {
    // Rows come in the order of their day, so the smallest of indexes finds the old ones.
    name: '0104-event-key-day',
    sql: `create index event_key_day on event_key using brin (day) with (pages_per_range = 16);`,
  },
];

/** `event_2026_11`, of that month. */
export function monthText(month: number): string {
  return `event_${new Date(month).toISOString().slice(0, 7).replace('-', '_')}`;
}

/** Names of the months' partitions. */
export async function listPartitions(runner: Runner): Promise<string[]> {
  const rows = await runner.rows<{ name: string }>({
    text: `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'event'::regclass and c.relname ~ '^event_\\d{4}_\\d{2}$' order by 1`,
  });
  return rows.map(({ name }) => name);
}

/** Months of events that lie in the partition for all the rest. */
export async function monthsInRest(runner: Runner): Promise<number[]> {
  const rows = await runner.rows<{ month: Date }>({
    text: `select distinct date_trunc('month', received_at, 'UTC') as month from event_rest`,
  });
  return rows.map(({ month }) => month.getTime());
}

/** Makes a month's partition, and moves into it what of that month lies in the rest. */
export async function attachMonth(tx: Runner, from: number, to: number): Promise<void> {
  const name = monthText(from);
  const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()];
  await tx.run({ text: `set local lock_timeout = '2s'` });
  await tx.run({ text: 'lock table event in share row exclusive mode' });
  await tx.run({ text: `create table ${name} (like event including defaults including constraints)` });
  await tx.run({
    text: `with moved as (delete from event_rest where received_at >= '${start}' and received_at < '${end}' returning *)
      insert into ${name} select * from moved`,
  });
  await tx.run({ text: `alter table event attach partition ${name} for values from ('${start}') to ('${end}')` });
}

/** Takes a month out of the log, then away: one short lock instead of deleting rows. */
export async function detachMonth(tx: Runner, name: string): Promise<void> {
  await tx.run({ text: `set local lock_timeout = '2s'` });
  await tx.run({ text: `alter table event detach partition ${name}` });
  await tx.run({ text: `drop table ${name}` });
}

/** Events older than every month that is kept. @returns how many */
export function deleteOldRest(runner: Runner, before: number): Promise<number> {
  return runner.run({ text: 'delete from event_rest where received_at < $1', values: [new Date(before)] });
}

/** Ids of days before `before`, at most `limit` of them. @returns how many */
export function deleteOldKeys(runner: Runner, before: number, limit: number): Promise<number> {
  return runner.run({
    text: 'delete from event_key where ctid = any(array(select ctid from event_key where day < $1::date limit $2))',
    values: [new Date(before).toISOString().slice(0, 10), limit],
  });
}

/**
 * Feed rows written before `before`. Readers begin with the oldest row that is left, or where what they kept ends: with
 * `held`, rows beyond the version that is kept of each shard stay, however old. The newest of each shard stays too, so
 * that nobody who has read it finds a gap. @returns how many
 */
export function deleteOldFeed(
  runner: Runner,
  before: number,
  held: ReadonlyMap<number, number> | null,
): Promise<number> {
  return runner.run({
    text: `delete from feed f using (select shard, max(version) as last from feed group by shard) newest
      where f.shard = newest.shard and f.version < newest.last and f.at < $1
        and ($2::smallint[] is null
          or f.version <= (select h.version from unnest($2::smallint[], $3::bigint[]) h(shard, version) where h.shard = f.shard))`,
    values: [new Date(before), held && [...held.keys()], held && [...held.values()]],
  });
}
