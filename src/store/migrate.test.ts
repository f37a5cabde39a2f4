import { expect, test } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { migrate } from './migrate.ts';

const migrations = [
  { name: '0002-second', sql: 'insert into thing values (1);\ninsert into thing values (2);\n' },
  { name: '0001-first', sql: 'create table thing (n integer primary key)' },
];

test('migrations run in the order of their names, each once', async () => {
  const store = await freshStore(migrations);
  expect(await migrate(store, migrations)).toEqual([]);
  expect(await store.rows({ text: 'select n from thing order by n' })).toEqual([{ n: 1 }, { n: 2 }]);
});

test('a migration that fails is rolled back whole and named', async () => {
  const store = await freshStore(migrations);
  const broken = { name: '0003-broken', sql: 'insert into thing values (3);\ninsert into thing values (1);\n' };
  await expect(migrate(store, [...migrations, broken])).rejects.toMatchObject({
    code: 'STORE_MIGRATION_FAILED',
    message: expect.stringContaining('0003-broken'),
  });
  expect(await store.rows({ text: 'select count(*) as n from thing' })).toEqual([{ n: 2 }]);
});

test('a step gives way to whoever works with its table, and is done once that has ended', async () => {
  const store = await freshStore(migrations, { connections: 4 });
  const column = { name: '0003-column', sql: 'alter table thing add column word text' };
  const reader = await store.pool.connect();
  await reader.query('begin');
  await reader.query('select from thing');
  const migrating = migrate(store, [...migrations, column], { waitMs: 30, restMs: 30, tries: 1000 });
  const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await store.rows({ text: blocked })).length === 0);
  // Comes after the step that waits, and is answered all the same.
  expect(await store.rows({ text: 'select n from thing' })).toHaveLength(2);
  await reader.query('commit');
  reader.release();
  expect(await migrating).toEqual(['0003-column']);
  expect(await store.rows({ text: 'select word from thing' })).toHaveLength(2);
});

test('a step that is never let in is given up and says so', async () => {
  const store = await freshStore(migrations, { connections: 4 });
  const column = { name: '0003-column', sql: 'alter table thing add column word text' };
  const reader = await store.pool.connect();
  await reader.query('begin');
  await reader.query('select from thing');
  const failed = migrate(store, [...migrations, column], { waitMs: 10, restMs: 1, tries: 3 });
  await expect(failed).rejects.toMatchObject({ code: 'STORE_MIGRATION_FAILED' });
  await reader.query('rollback');
  reader.release();
});

test('two processes that migrate at once do each migration once', async () => {
  const store = await freshStore();
  const done = await Promise.all([migrate(store, migrations), migrate(store, migrations)]);
  expect(done.flat().sort()).toEqual(['0001-first', '0002-second']);
});
