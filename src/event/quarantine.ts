import type { Store } from '../store/index.ts';
import type { ShopEvent } from './event.ts';
import { noteConsents } from './table-inbox.ts';

/** Events that could not be folded, with the error they made. */
export interface SetAside {
  id: string;
  /** UTC ms. */
  at: number;
  error: string;
  events: ShopEvent[];
}

/** What was set aside last, at most `limit` of it. */
export async function listSetAside(store: Store, limit: number): Promise<SetAside[]> {
  const rows = await store.rows<{ id: string; at: Date; error: string; payload: string }>({
    text: 'select id, at, error, payload from event_quarantine order by at desc, id desc limit $1',
    values: [limit],
  });
  return rows.map(({ id, at, error, payload }) => ({
    id,
    at: at.getTime(),
    error,
    events: JSON.parse(payload) as ShopEvent[],
  }));
}

/**
 * Puts events back into the inbox, to be folded again: after the fault that kept them out was mended. What still cannot
 * be folded is set aside again. @param ids of `SetAside`; null for all @returns how many events were put back
 */
export function putBack(store: Store, ids: readonly string[] | null): Promise<number> {
  return store.inTransaction(async (tx) => {
    const rows = await tx.rows<{ shard: number; id: string; payload: string }>({
      text: 'delete from event_quarantine where $1::uuid[] is null or id = any($1) returning shard, id, payload',
      values: [ids],
    });
    const events = rows.flatMap(({ payload }) => JSON.parse(payload) as ShopEvent[]);
    for (const { shard, id, payload } of rows) {
      const text = 'insert into event_inbox (shard, id, payload) values ($1, $2, $3)';
      await tx.run({ text, values: [shard, id, payload] });
    }
    await noteConsents(tx, events);
    return events.length;
  });
}
