import { describe, expect, test } from 'vitest';
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

describe('an index that is built beside writing', () => {
  const index = { name: '0003-index', sql: 'create index concurrently thing_back on thing ((-n))' };
  const looked = `select indexrelid::int as id, indisvalid as whole from pg_index where indexrelid = to_regclass('thing_back')`;
  // Once the index is there, and waits for the writer: a builder that ends before leaves nothing.
  const building = `select pid from pg_stat_activity where datname = current_database() and state = 'active' and query like 'create index%'
    and to_regclass('thing_back') is not null`;

  /** Somebody is in the middle of writing, so that the building has to wait for them; and others come and write. */
  async function writing() {
    const store = await freshStore(migrations, { connections: 6 });
    const writer = await store.pool.connect();
    await writer.query('begin');
    await writer.query('insert into thing values (10)');
    return {
      store,
      done: async () => {
        await writer.query('commit');
        writer.release();
      },
      builder: async () => {
        for (;;) {
          const [found] = await store.rows<{ pid: number }>({ text: building });
          if (found) return found.pid;
        }
      },
    };
  }

  test('keeps nobody from writing, and counts once it is whole', async () => {
    const { store, done, builder } = await writing();
    const migrating = migrate(store, [...migrations, index]);
    await builder();
    await store.run({ text: 'insert into thing values (11)' });
    expect(await store.rows({ text: `select from schema_migration where name = '0003-index'` })).toEqual([]);
    await done();
    expect(await migrating).toEqual(['0003-index']);
    expect(await store.rows({ text: looked })).toMatchObject([{ whole: true }]);
    expect(await migrate(store, [...migrations, index])).toEqual([]);
  });

  test('that was broken off is taken away and built again', async () => {
    const { store, done, builder } = await writing();
    const migrating = migrate(store, [...migrations, index]).catch((error: unknown) => error);
    await store.run({ text: 'select pg_terminate_backend($1)', values: [await builder()] });
    expect(await migrating).toMatchObject({ code: 'STORE_MIGRATION_FAILED' });
    const [left] = await store.rows<{ id: number }>({ text: looked });
    expect(left).toMatchObject({ whole: false });
    await done();
    expect(await migrate(store, [...migrations, index])).toEqual(['0003-index']);
    const [made] = await store.rows<{ id: number }>({ text: looked });
    expect(made).toMatchObject({ whole: true });
    expect(made!.id).not.toBe(left!.id);
  });

  test('that the server goes on with, for a process that died, is waited for and taken as it is', async () => {
    const { store, done, builder } = await writing();
    const orphan = store.run({ text: index.sql });
    await builder();
    const [left] = await store.rows<{ id: number }>({ text: looked });
    const migrating = migrate(store, [...migrations, index]);
    await done();
    await orphan;
    expect(await migrating).toEqual(['0003-index']);
    expect(await store.rows({ text: looked })).toEqual([{ id: left!.id, whole: true }]);
  });

  test('and that cannot be says which step it was, and leaves the way free once it can', async () => {
    const store = await freshStore(migrations, { connections: 4 });
    const unique = { name: '0003-unique', sql: 'create unique index concurrently thing_half on thing ((n / 2))' };
    await store.run({ text: 'insert into thing values (3)' });
    await expect(migrate(store, [...migrations, unique])).rejects.toThrow('0003-unique');
    await store.run({ text: 'delete from thing where n = 3' });
    expect(await migrate(store, [...migrations, unique])).toEqual(['0003-unique']);
  });
});
