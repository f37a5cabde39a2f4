import type { Store } from '../../src/store/index.ts';

/** Every table that an export carries as it is, as one text each: for comparing databases, also of several versions. */
export async function contentsOf(store: Store): Promise<string[]> {
  const tables = await store.rows<{ name: string }>({
    text: `select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
      and not relispartition and relname not in ('schema_migration', 'store_load', 'app_process', 'app_turn', 'sending') order by 1`,
  });
  const sums = tables.map(({ name }) =>
    store.rows<{ sum: string }>({
      text: `select '${name} ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, '' order by t::text collate "C")), '') as sum from ${name} t`,
    }),
  );
  return (await Promise.all(sums)).map(([row]) => row!.sum);
}
