import { expect, it } from 'vitest';
import { freshDatabase, freshStore } from '../../test/support/database.ts';
import { openStore } from './database.ts';

const one = { text: 'select 1 as n' };

it.each([false, true])(
  'a transaction whose statements are not waited for is whole or not at all (pipeline: %s)',
  async (pipeline) => {
    const store = await openStore(await freshDatabase(), { connections: 2, pipeline });
    await store.run({ text: 'create table thing (n int primary key)' });
    const insert = (n: number) => ({ text: 'insert into thing values ($1)', values: [n] });

    await store.inTransaction(async (tx) => {
      const [before] = await Promise.all([
        tx.rows({ text: 'select n from thing' }),
        tx.run(insert(1)),
        tx.run(insert(2)),
      ]);
      expect(before).toEqual([]);
    });
    const failed = store.inTransaction(async (tx) => {
      await Promise.all([tx.run(insert(3)), tx.run(insert(1)), tx.rows(one)]);
    });
    await expect(failed).rejects.toMatchObject({ code: '23505' });
    let late: Promise<unknown> = Promise.resolve();
    const left = store.inTransaction(async (tx) => {
      const goesOn = async () => {
        await tx.rows(one);
        await tx.run(insert(4));
      };
      late = goesOn().then(goesOn);
      late.catch(() => {});
      await tx.run(insert(1));
    });
    await expect(left).rejects.toMatchObject({ code: '23505' });
    await expect(late).rejects.toThrow();

    expect(await store.rows({ text: 'select n from thing order by n' })).toEqual([{ n: 1 }, { n: 2 }]);
    // The connection is as good as new.
    expect(await store.inTransaction((tx) => tx.rows(one))).toEqual([{ n: 1 }]);
    await store.close();
  },
);

it('what one transaction asks in one go leaves in one piece, where that was asked for', async () => {
  const store = await openStore(await freshDatabase(), { connections: 1, pipeline: true });
  const client = await store.pool.connect();
  const { stream } = client.connection;
  client.release();
  const pieces: number[] = [];
  const write = stream._writev!.bind(stream);
  stream._writev = (chunks, done) => {
    pieces.push(chunks.length);
    write(chunks, done);
  };

  await store.inTransaction((tx) => Promise.all([tx.rows(one), tx.rows(one), tx.rows(one)]));

  // `begin` with the three, and then the commit, which is one small piece by itself.
  expect(pieces.length).toBeLessThanOrEqual(2);
  expect(pieces[0]).toBeGreaterThan(3);
  await store.close();
});

it('survives a connection that is cut between two statements of a transaction: that one fails, the next goes on', async () => {
  const store = await freshStore();
  const cut = store.inTransaction(async (tx) => {
    const [row] = await tx.rows<{ pid: number }>({ text: 'select pg_backend_pid() as pid' });
    await store.run({ text: 'select pg_terminate_backend($1)', values: [row!.pid] });
    // Nothing is asked of it meanwhile: whoever hears the error now is the connection alone.
    await new Promise<void>((resolve) => {
      const look = async () => {
        const text = 'select 1 from pg_stat_activity where pid = $1';
        if ((await store.rows({ text, values: [row!.pid] })).length === 0) setImmediate(resolve);
        else setImmediate(() => void look());
      };
      void look();
    });
    await tx.run({ text: 'select 1' });
  });
  await expect(cut).rejects.toThrow();
  expect(await store.inTransaction((tx) => tx.rows({ text: 'select 2 as two' }))).toEqual([{ two: 2 }]);
});

it('a statement that was prepared before a table gained a column is prepared anew, and asked once (trust row 69)', async () => {
  const store = await openStore(await freshDatabase(), { connections: 1 });
  await store.run({ text: 'create table thing (n int primary key)' });
  const all = { name: 'all', text: 'select * from thing order by n' };
  const add = (n: number) => ({ name: 'add', text: 'insert into thing (n) values ($1) returning *', values: [n] });
  await store.inTransaction((tx) => tx.rows(add(1)));
  expect(await store.rows(all)).toEqual([{ n: 1 }]);

  await store.run({ text: "alter table thing add column more text default 'new'" });
  expect(await store.rows(all)).toEqual([{ n: 1, more: 'new' }]);
  expect(await store.inTransaction((tx) => tx.rows(add(2)))).toEqual([{ n: 2, more: 'new' }]);
  expect(await store.rows(all)).toHaveLength(2);
  await expect(store.rows({ name: 'no', text: 'select * from nothing' })).rejects.toMatchObject({ code: '42P01' });
  await store.close();
});
