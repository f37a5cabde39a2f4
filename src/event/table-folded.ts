import type { Runner } from '../store/index.ts';
import type { ShopEvent } from './event.ts';

/** When the oldest and the newest event that is kept came in, UTC ms; null: there is none. */
export async function logReach(runner: Runner): Promise<{ oldest: number; newest: number } | null> {
  const end = (order: 'asc' | 'desc') =>
    `(select received_at from event where shard = s.shard::smallint order by received_at ${order} limit 1)`;
  const [row] = await runner.rows<{ oldest: Date | null; newest: Date | null }>({
    text: `select min(${end('asc')}) as oldest, max(${end('desc')}) as newest from generate_series(0, 63) as s(shard)`,
  });
  return row?.oldest ? { oldest: row.oldest.getTime(), newest: row.newest!.getTime() } : null;
}

/** Events of some types that came in from `from` to before `to`, UTC ms, and that have been folded: what waits or was set aside is not among them. */
export async function foldedBetween(
  runner: Runner,
  { types, from, to }: { types: readonly string[]; from: number; to: number },
): Promise<ShopEvent[]> {
  const rows = await runner.rows<{ body: ShopEvent }>({
    name: 'event.folded-between',
    text: `with waiting as materialized (
        select x ->> 'source' as source, x ->> 'id' as id from (select payload from event_inbox union all select payload from event_quarantine) w
          cross join lateral jsonb_array_elements(w.payload::jsonb) x)
      select e.body from generate_series(0, 63) as s(shard) cross join lateral (
          select body from event where shard = s.shard::smallint and received_at >= $1 and received_at < $2 and body -> 'types' ?| $3) e
      where not exists (select from waiting w where w.source = e.body ->> 'source' and w.id = e.body ->> 'id')`,
    values: [new Date(from), new Date(to), types],
  });
  return rows.map(({ body }) => body);
}
