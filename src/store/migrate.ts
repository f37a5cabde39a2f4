import { BeckonError, pause } from '../base/index.ts';
import { buildIndex, indexOf } from './build-index.ts';
import type { Store, Tx } from './database.ts';
import { errors } from './error.ts';

/**
 * One forward step of the schema: a name that sorts after its predecessors ("0003-profile"), and its SQL. On a table that may have
 * many rows an index is a step of its own, `create index concurrently NAME on TABLE …`: nobody who writes waits for it.
 */
export interface Migration {
  name: string;
  sql: string;
}

/**
 * Brings the schema up to date, each migration in a transaction of its own but for indexes built beside writing; safe to call from several processes at
 * once, because the list of done migrations is locked as a table (no advisory lock: stack.md §H).
 *
 * It may run while others work: whoever waits for a table's lock lets nobody pass who comes later, so a step waits for a short time
 * only, gives way, and tries again. An index that is built beside writing takes the time it takes; whoever else migrates waits for it,
 * and whatever ends it, the next one goes on from what is left.
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
      const index = indexOf(migration);
      const isNew = index
        ? await once(store, migration.name, () => buildIndex(store, index))
        : await runPatiently(store, migration, patience);
      if (isNew) done.push(migration.name);
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

function runOne(store: Store, migration: Migration, waitMs: number): Promise<boolean> {
  return once(store, migration.name, async (tx) => {
    await tx.run({ text: `set local lock_timeout = ${waitMs}` });
    for (const statement of migration.sql.split(/;\s*$/m)) {
      if (statement.trim() !== '') await tx.run({ text: statement });
    }
  });
}

/** Does a step and notes it, unless it is noted; while the list is held nobody else does any. */
function once(store: Store, name: string, work: (tx: Tx) => Promise<void>): Promise<boolean> {
  return store.inTransaction(async (tx) => {
    await tx.run({ text: 'lock table schema_migration in exclusive mode' });
    // Without values, so that nothing of the question stays open: an index built beside writing waits for whoever still looks.
    const known = await tx.rows<{ name: string }>({ text: 'select name from schema_migration' });
    if (known.some((one) => one.name === name)) return false;
    await work(tx);
    await tx.run({ text: 'insert into schema_migration (name) values ($1)', values: [name] });
    return true;
  });
}
