import { BeckonError, pause } from '../base/index.ts';
import type { Store } from './database.ts';
import { errors } from './error.ts';

/** One forward step of the schema: a name that sorts after its predecessors ("0003-profile"), and its SQL. */
export interface Migration {
  name: string;
  sql: string;
}

/**
 * Brings the schema up to date, each migration in a transaction of its own; safe to call from several processes at
 * once, because the list of done migrations is locked as a table (no advisory lock: stack.md §H).
 *
 * It may run while others work: whoever waits for a table's lock lets nobody pass who comes later, so a step waits for a short time
 * only, gives way, and tries again.
 *
 * @returns the names that were run now
 * @throws STORE_MIGRATION_FAILED naming the migration; that one is rolled back whole
 */
export async function migrate(
  store: Store,
  migrations: readonly Migration[],
  patience: Patience = usual,
): Promise<string[]> {
  await makeList(store);
  const done: string[] = [];
  for (const migration of [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    try {
      if (await runPatiently(store, migration, patience)) done.push(migration.name);
    } catch (cause) {
      throw new BeckonError(
        errors.STORE_MIGRATION_FAILED,
        `Migration ${migration.name} failed: ${(cause as Error).message}`,
        { cause },
      );
    }
  }
  return done;
}

/** Two processes that make the table at the same moment: PostgreSQL lets one fail, and then the table is there. */
async function makeList(store: Store): Promise<void> {
  const text =
    'create table if not exists schema_migration (name text primary key, at timestamptz not null default now())';
  await store.run({ text }).catch((error: { code?: string }) => {
    if (error.code !== '23505' && error.code !== '42P07') throw error;
  });
}

/** How a step waits for tables that others hold, ms of real time. */
interface Patience {
  waitMs: number;
  restMs: number;
  tries: number;
}

/** Five minutes in all; no transaction of ours takes so long. */
const usual: Patience = { waitMs: 2000, restMs: 1000, tries: 100 };

async function runPatiently(store: Store, migration: Migration, patience: Patience): Promise<boolean> {
  for (let left = patience.tries; ; left--) {
    try {
      return await runOne(store, migration, patience.waitMs);
    } catch (error) {
      const isHeld = (error as { code?: string }).code === '55P03';
      if (!isHeld || left <= 1) throw error;
      await pause(patience.restMs);
    }
  }
}

async function runOne(store: Store, migration: Migration, waitMs: number): Promise<boolean> {
  return store.inTransaction(async (tx) => {
    await tx.run({ text: 'lock table schema_migration in exclusive mode' });
    const known = await tx.rows({ text: 'select 1 from schema_migration where name = $1', values: [migration.name] });
    if (known.length > 0) return false;
    await tx.run({ text: `set local lock_timeout = ${waitMs}` });
    for (const statement of migration.sql.split(/;\s*$/m)) {
      if (statement.trim() !== '') await tx.run({ text: statement });
    }
    await tx.run({ text: 'insert into schema_migration (name) values ($1)', values: [migration.name] });
    return true;
  });
}
