import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { repository } from '../test/support/tree.ts';
import { bringBack, indexesInTheWay, releaseSettings, type Release } from '../tool/release-schema.ts';
import { joinRooms } from './app.ts';
import { quietLog, VirtualClock } from './base/index.ts';
import { migrations } from './schema.ts';
import { migrate, type Store } from './store/index.ts';

vi.setConfig({ testTimeout: 120_000 }); // the schema is made twice, on a machine that may be busy
const folder = join(repository, 'test/migrate');
const releases = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Release);

/** Columns, indexes and constraints, as PostgreSQL says them. Partitions come and go with the months. */
async function shapeOf(store: Store): Promise<string[]> {
  const ours = `relnamespace = current_schema()::regnamespace and not relispartition`;
  const [columns, indexes, constraints] = await Promise.all([
    store.rows<{ text: string }>({
      text: `select concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
          pg_get_expr(d.adbin, d.adrelid)) as text
        from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.${ours} and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`,
    }),
    store.rows<{ text: string }>({
      text: `select pg_get_indexdef(i.indexrelid) as text from pg_index i join pg_class c on c.oid = i.indrelid where c.${ours}`,
    }),
    store.rows<{ text: string }>({
      text: `select c.relname || ' ' || pg_get_constraintdef(o.oid) as text from pg_constraint o join pg_class c on c.oid = o.conrelid where c.${ours}`,
    }),
  ]);
  return [...columns, ...indexes, ...constraints].map(({ text }) => text).sort();
}

describe.each(releases)('the schema of release $version with what a shop left in it', (release) => {
  it('is gone on from: no step of it was changed since', () => {
    const now = new Map(migrations.map(({ name, sql }) => [name, sql]));
    for (const { name, sql } of release.migrations) expect(now.get(name), name).toBe(sql);
  });

  it('has its indexes of since then built beside writing', () => {
    expect(indexesInTheWay(release, [...migrations])).toEqual([]);
    const late = (sql: string) => indexesInTheWay(release, [...release.migrations, { name: '9999-late', sql }]);
    expect(late('alter table message add column x text;\ncreate unique index message_x on message (x);')).toEqual([
      '9999-late: message_x on message; make it a step of its own, create index concurrently',
    ]);
    expect(late('create index concurrently message_x on message (x)')).toEqual([]);
    expect(late('create table fresh (x text);\ncreate index fresh_x on fresh (x);')).toEqual([]);
  });

  it('comes forward to what a new installation has, and people, mails, journeys and secrets are read as before', async () => {
    const store = await freshStore();
    await bringBack(store, release);
    await migrate(store, migrations);
    expect(await shapeOf(store)).toEqual(await shapeOf(await freshStore(migrations)));

    const clock = new VirtualClock();
    clock.freeze(Date.UTC(2026, 10, 24, 9));
    const rooms = await joinRooms(releaseSettings(store.url), { store, log: quietLog, clock });
    const ada = (await rooms.profiles.find({ namespace: 'email', id: 'ada@example.com' }))!;
    expect(ada.state).toMatchObject({
      attributes: { firstName: 'ada' },
      consent: { 'email-marketing': { state: 'in' } },
      cart: { lines: [{ item: 'coat', quantity: 1 }] },
    });
    expect(await rooms.profiles.find({ namespace: 'email', id: 'bo@example.com' })).toBeNull();
    expect((await rooms.messages.counts.of('abandoned-cart')).byState).toEqual({ accepted: 1 });
    const told = await rooms.measure.timeline(ada.id, { before: null, limit: 50 });
    expect(JSON.stringify(told)).toContain('abandoned-cart');
    const barred = async (name: string) => (await rooms.messages.suppressions.of(`${name}@example.com`)).length;
    expect([await barred('ada'), await barred('bo'), await barred('cy')]).toEqual([0, 1, 1]);
    expect(rooms.catalog.get('coat')).toMatchObject({ name: 'Coat' });
    expect(await rooms.keys.list()).toMatchObject([{ name: 'Shop' }]);
    expect(await rooms.secrets.open(['recs'])).toEqual(new Map([['recs', 'sealed-in-the-fixture']]));
    expect(rooms.journeys.live().map(({ definition }) => definition.key)).toContain('abandoned-cart');

    // And life goes on.
    const [now, device] = [clock.now(), { namespace: 'ecid', id: '1'.repeat(38) }];
    const add = { id: 'a3', source: 'server', types: ['commerce.productListAdds'], happenedAt: now, receivedAt: now };
    const who = { visitor: `ecid:${device.id}`, identities: [device], level: 3 as const };
    await rooms.events.receive([{ ...add, ...who, items: [{ id: 'coat', quantity: 1 }] }]);
    await rooms.folded();
    expect((await rooms.profiles.get(ada.id))!.state.cart!.lines).toMatchObject([{ item: 'coat', quantity: 2 }]);
    await rooms.transport.close();
  });
});
