import type { Store } from './database.ts';
import type { Migration } from './migrate.ts';

/** An index that is built while others write to its table. */
export interface IndexToBuild {
  name: string;
  table: string;
  sql: string;
}

/** The index that a step of the schema builds beside writing; null when it is another step. Such a step is this statement alone. */
export function indexOf({ sql }: Migration): IndexToBuild | null {
  const found = /^\s*create\s+(?:unique\s+)?index\s+concurrently\s+(\w+)\s+on\s+(\w+)[^;]*;?\s*$/i.exec(sql);
  return found && { name: found[1]!, table: found[2]!, sql };
}

/**
 * Builds it, and takes up what is left of an earlier try: an index that is whole stays, one that was broken off, which
 * PostgreSQL keeps up and uses for nothing, goes first.
 *
 * @returns once it is whole
 */
export async function buildIndex(store: Store, { name, table, sql }: IndexToBuild): Promise<void> {
  // The server may still be at it for a process that died; whoever builds holds this lock, which keeps no reader and no writer out.
  await store.inTransaction((tx) => tx.run({ text: `lock table ${table} in share update exclusive mode` }));
  const [left] = await store.rows<{ whole: boolean }>({
    text: 'select indisvalid as whole from pg_index where indexrelid = to_regclass($1)',
    values: [name],
  });
  if (left?.whole) return;
  if (left) await store.run({ text: `drop index concurrently ${name}` });
  await store.run({ text: sql });
}
