import { BeckonError } from '../base/index.ts';
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
 * @returns the names that were run now
 * @throws STORE_MIGRATION_FAILED naming the migration; that one is rolled back whole
 */
export async function migrate(store: Store, migrations: readonly Migration[]): Promise<string[]> {
  await makeList(store);
  const done: string[] = [];
  for (const migration of [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    try {
      if (await runOne(store, migration)) done.push(migration.name);
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

async function runOne(store: Store, migration: Migration): Promise<boolean> {
  return store.inTransaction(async (tx) => {
    await tx.run({ text: 'lock table schema_migration in exclusive mode' });
    const known = await tx.rows({ text: 'select 1 from schema_migration where name = $1', values: [migration.name] });
    if (known.length > 0) return false;
    for (const statement of migration.sql.split(/;\s*$/m)) {
      if (statement.trim() !== '') await tx.run({ text: statement });
    }
    await tx.run({ text: 'insert into schema_migration (name) values ($1)', values: [migration.name] });
    return true;
  });
}
