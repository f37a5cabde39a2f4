import { readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import type { Store } from './database.ts';
import { dump, parentsFirst } from './dump.ts';
import { load } from './load.ts';
import type { Migration } from './migrate.ts';

const migrations: Migration[] = [
  {
    name: '0001-shop',
    sql: `create table shelf (key text primary key);
      create table book (no bigint generated always as identity primary key, shelf text not null references shelf (key),
        says text, body jsonb, raw bytea, tags text[], twice integer generated always as (2) stored);
      create table seen (at timestamptz not null, what text) partition by range (at);
      create table seen_rest partition of seen default;
      insert into shelf values ('made by the schema')`,
  },
];
const later: Migration = {
  name: '0002-shelf-name',
  sql: `alter table shelf add column name text not null default 'old'`,
};
const odd = ['a\tb\nc\\d\r', '\\N', '', '"x", ‰ 😀', null];
const about = { id: 'export-1', madeBy: '0.1.0', at: '2026-11-30T20:00:00Z' };

const folder = mkdtempSync(join(tmpdir(), 'beckon-dump-'));
let source: Store;

beforeAll(async () => {
  source = await freshStore(migrations);
  await source.run({
    text: `create table seen_2026_11 partition of seen for values from ('2026-11-01Z') to ('2026-12-01Z')`,
  });
  await source.run({ text: `insert into seen values ('2026-11-02Z', 'inside'), ('2020-01-01Z', 'before')` });
  for (const says of odd)
    await source.run({
      text: `insert into book (shelf, says, body, raw, tags) values ('made by the schema', $1, $2, '\\x00ff0a', array[$1, 'x'])`,
      values: [says, JSON.stringify({ says })],
    });
  await source.run({
    text: `insert into book (shelf, says) select 'made by the schema', repeat(md5(i::text), 200) from generate_series(1, 400) i`,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const contents = (store: Store) =>
  Promise.all(
    ['shelf', 'book', 'seen'].map((table) =>
      store.rows({ text: `select to_jsonb(t) as row from ${table} t order by 1::text` }),
    ),
  );
const written = async (name: string, passphrase: string | null = null) => {
  const path = join(folder, name);
  await dump(source, { path, passphrase, about, cost: 1024 });
  return path;
};

describe('dump() and load()', () => {
  it('an empty database holds the same afterwards: odd texts, bytes, months, and numbers that go on', async () => {
    const path = await written('plain');
    const target = await freshStore();

    const loaded = await load(target, { path, passphrase: null, migrations });

    expect(loaded).toMatchObject({ rows: 408, resumedAt: 0, migrated: [] });
    expect(await contents(target)).toEqual(await contents(source));
    const inMonth = await target.rows({ text: 'select what from only seen_2026_11' });
    expect(inMonth).toEqual([{ what: 'inside' }]);
    const [made] = await target.rows<{ no: number }>({
      text: `insert into book (shelf) values ('made by the schema') returning no`,
    });
    expect(made!.no).toBe(406);
  });

  it('sees one moment of the database, whatever is written while it reads', async () => {
    const path = join(folder, 'moment');
    const more = () => source.run({ text: `insert into seen values ('2026-11-03Z', 'later')` });

    const { rows } = await dump(source, { path, passphrase: null, about, onTable: () => void more() });
    await source.run({ text: `delete from seen where what = 'later'` });

    expect(rows).toBe(408);
  });

  it('what an older Beckon exported is brought up to date with its rows in it; what a newer one did is refused', async () => {
    const path = await written('older');
    const target = await freshStore();

    const { migrated } = await load(target, { path, passphrase: null, migrations: [...migrations, later] });
    const older = await freshStore();

    expect(migrated).toEqual(['0002-shelf-name']);
    expect(await target.rows({ text: 'select * from shelf' })).toEqual([{ key: 'made by the schema', name: 'old' }]);
    await expect(load(older, { path, passphrase: null, migrations: [] })).rejects.toThrow('made by Beckon 0.1.0');
  });

  it('goes into an empty database only, and the same file again changes nothing', async () => {
    const path = await written('again');
    const target = await freshStore();
    await load(target, { path, passphrase: null, migrations });

    expect(await load(target, { path, passphrase: null, migrations })).toMatchObject({ resumedAt: Infinity });
    expect(await contents(target)).toEqual(await contents(source));
    await expect(load(source, { path, passphrase: null, migrations })).rejects.toThrow('holds an installation already');
  });

  it('a sealed file shows no row, and opens with its passphrase only', async () => {
    const path = await written('sealed', 'correct horse battery staple');
    const target = await freshStore();

    expect(readFileSync(path).includes('made by the schema')).toBe(false);
    await expect(load(target, { path, passphrase: null, migrations })).rejects.toThrow('sealed with a passphrase');
    await expect(load(target, { path, passphrase: 'another', migrations })).rejects.toThrow('at frame 0');
    await load(target, { path, passphrase: 'correct horse battery staple', migrations });
    expect(await contents(target)).toEqual(await contents(source));
  });

  it('a file that was changed, cut off or is none is refused where it begins to be so', async () => {
    for (const passphrase of [null, 'words']) {
      const whole = readFileSync(await written('whole', passphrase));
      const changed = Buffer.from(whole);
      changed[changed.length - 40]! ^= 1;
      const broken = { changed, cut: whole.subarray(0, -60), headless: Buffer.from('no export\n{}\n') };
      for (const [name, bytes] of Object.entries(broken)) {
        writeFileSync(join(folder, name), bytes);
        const loading = load(await freshStore(), { path: join(folder, name), passphrase, migrations });
        await expect(loading, name).rejects.toMatchObject({ code: 'STORE_DUMP_BROKEN' });
      }
    }
  });
});

it('parentsFirst() puts no table before one it refers to, and lets none out where they refer to each other', () => {
  const tables = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
  const above = [
    { child: 'a', parent: 'c' },
    { child: 'c', parent: 'd' },
    { child: 'b', parent: 'a' },
  ];
  const order = parentsFirst(tables, above).map(({ name }) => name);
  expect(order.indexOf('d')).toBeLessThan(order.indexOf('c'));
  expect(order.indexOf('c')).toBeLessThan(order.indexOf('a'));
  expect(order.indexOf('a')).toBeLessThan(order.indexOf('b'));
  expect(parentsFirst(tables, [...above, { child: 'd', parent: 'b' }])).toHaveLength(4);
});
