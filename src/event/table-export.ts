import type { Runner } from '../store/index.ts';
import type { ShopEvent } from './event.ts';

/** A place in the log: after the event that was received then under this id. */
export interface LogPlace {
  /** UTC ms. */
  at: number;
  /** Of the row, not of the event. */
  row: string;
}

/** One event of the log, and the place after it. */
export interface LogLine {
  place: LogPlace;
  event: ShopEvent;
}

const nil = '00000000-0000-0000-0000-000000000000';

/** The next events after a place that were received before `until`, in the order of their reception. */
export async function logPage(
  runner: Runner,
  { after, until, limit }: { after: LogPlace; until: number; limit: number },
): Promise<LogLine[]> {
  const rows = await runner.rows<{ at: Date; row: string; body: ShopEvent }>({
    name: 'event.export',
    // Places are looked up in each shard's own index first; only those of the page are read whole.
    text: `with next as (
        select k.* from generate_series(0, 63) as s(shard) cross join lateral (
          select shard, received_at, id from event where shard = s.shard::smallint and (received_at, id) > ($1, $2::uuid)
            and received_at >= $1 and received_at < $3 order by received_at, id limit $4) k
        order by k.received_at, k.id limit $4)
      select e.received_at as at, e.id as row, e.body from next n join event e
        on e.shard = n.shard and e.received_at = n.received_at and e.id = n.id order by 1, 2`,
    values: [new Date(after.at), after.row, new Date(until), limit],
  });
  return rows.map(({ at, row, body }) => ({ place: { at: at.getTime(), row }, event: body }));
}

/**
 * For how long the oldest transaction has been open that has written something and may still commit, ms; 0 where there is none. An event is
 * received shortly before the transaction that writes it begins. A database that does not tell is taken to have none, so that there
 * only the minute protects.
 */
export async function oldestWriting(runner: Runner): Promise<number> {
  const [row] = await runner
    .rows<{ ms: number }>({
      name: 'event.oldest-writing',
      text: `select coalesce(ceil(extract(epoch from clock_timestamp() - min(xact_start)) * 1000), 0)::float8 as ms from pg_stat_activity
        where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()`,
    })
    .catch((error: { code?: string }) => {
      if (error.code === '42P01' || error.code === '42703') return [];
      throw error;
    });
  return row?.ms ?? 0;
}

/** As one word, for whoever goes on later. */
export function cursorOf({ at, row }: LogPlace): string {
  return `${at.toString(36)}-${row.replaceAll('-', '')}`;
}

/** The place that a word names; null for one that is none. */
export function placeOf(cursor: string): LogPlace | null {
  const found = /^([0-9a-z]{1,11})-([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(cursor);
  if (!found) return null;
  const at = Number.parseInt(found[1]!, 36);
  return at > 8.64e15 ? null : { at, row: found.slice(2).join('-') };
}

/** The place before everything that was received from a moment on, UTC ms. */
export const placeAt = (at: number): LogPlace => ({ at: Math.max(0, at), row: nil });
