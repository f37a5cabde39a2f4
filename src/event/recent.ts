import type { Runner } from '../store/index.ts';
import type { ShopEvent } from './event.ts';

/** The last events of each shard, at most `each` of them, newest first: a look at what comes in, not a record of it. */
export async function recentEvents(runner: Runner, each: number): Promise<ShopEvent[]> {
  const rows = await runner.rows<{ body: ShopEvent }>({
    name: 'event.recent',
    text: `select e.body from generate_series(0, 63) as s(shard) cross join lateral (
        select received_at, id, body from event where shard = s.shard::smallint order by received_at desc, id desc limit $1) e
      order by e.received_at desc, e.id desc`,
    values: [each],
  });
  return rows.map(({ body }) => body);
}
