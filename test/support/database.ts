import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { migrate, openStore, type Migration, type Store } from '../../src/store/index.ts';

const shared = new Map<string, Promise<Store>>();
const open: { store: Store; name: string; closed: boolean }[] = [];

/**
 * A Store on a new database with `migrations` done, at the end of the test file closed and dropped. Call it anywhere:
 * at the top of the file, in a hook or in a test. `store.close()` may be called earlier, and twice.
 */
export async function freshStore(
  migrations: readonly Migration[] = [],
  options: { connections?: number } = {},
): Promise<Store> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(`create database ${name}`);
  const store = await openStore(databaseUrl(name), options);
  const entry = { store, name, closed: false };
  open.push(entry);
  const close = store.close.bind(store);
  store.close = async () => {
    if (!entry.closed) {
      entry.closed = true;
      await close();
    }
  };
  await migrate(store, migrations);
  return store;
}

/** A new empty database without a Store on it, for what opens its own; dropped at the end of the file. */
export async function freshDatabase(): Promise<string> {
  const store = await freshStore();
  await store.close();
  return store.url;
}

/** One database for all tests of a file that ask for the same migrations; dropped at its end. */
export function sharedStore(migrations: readonly Migration[]): Promise<Store> {
  const key = migrations.map(({ name }) => name).join();
  const known = shared.get(key) ?? freshStore(migrations);
  shared.set(key, known);
  return known;
}

/** Closes and drops what a test file opened; `test/support/seed.ts` calls it at the end of each. */
export async function dropStores(): Promise<void> {
  shared.clear();
  for (const { store, name } of open.splice(0)) {
    await store.close();
    await administer(`drop database if exists ${name} with (force)`);
  }
}

function databaseUrl(name: string): string {
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(text: string): Promise<void> {
  const client = new Client({ connectionString: inject('databaseUrl') });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
