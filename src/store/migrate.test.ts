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

test('two processes that migrate at once do each migration once', async () => {
  const store = await freshStore();
  const done = await Promise.all([migrate(store, migrations), migrate(store, migrations)]);
  expect(done.flat().sort()).toEqual(['0001-first', '0002-second']);
});
