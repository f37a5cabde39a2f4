import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom, shardOf, UuidIds } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import type { ShopEvent } from './event.ts';
import { Folder, type Fold } from './follow.ts';
import { EventLog } from './log.ts';
import { emptyLog, migrations } from './table.ts';

const start = Date.UTC(2026, 10, 24, 9);
const leaseMs = 10_000;

let shared: Promise<Store> | undefined;
let store: Store;
let clock: FakeClock;
let log: EventLog;
let seen: string[];
let count = 0;

beforeEach(async () => {
  shared ??= freshStore([
    ...migrations,
    { name: '0999-test-effect', sql: 'create table effect (id text primary key, owner text not null);' },
  ]);
  store = await shared;
  await emptyLog(store);
  await store.run({ text: 'truncate effect' });
  await store.run({ text: 'update event_shard set owner = null, lease_until = null' });
  clock = new FakeClock(start);
  log = new EventLog({ store, ids: new UuidIds(clock, new SeededRandom(7)) });
  seen = [];
});

function event(visitor = `v${count}`, more: Partial<ShopEvent> = {}): ShopEvent {
  const id = `e${++count}`;
  return {
    id,
    source: 'edge:demo',
    types: ['web.webpagedetails.pageViews'],
    happenedAt: clock.now(),
    receivedAt: clock.now(),
    level: 0,
    visitor: `ecid:${visitor}`,
    identities: [{ namespace: 'ecid', id: visitor }],
    ...more,
  };
}

/** Writes one row an event, which a second effect of the same event would violate. */
function effects(owner: string): Fold {
  return async (tx, events) => {
    for (const { event: one } of events) {
      if (one.data?.['poison'] === true) throw new TypeError(`cannot fold ${one.id}`);
      await tx.run({ text: 'insert into effect (id, owner) values ($1, $2)', values: [one.id, owner] });
      seen.push(one.id);
    }
    return new Map(events.map(({ shard, event: one }) => [shard, [one.id]]));
  };
}

const folder = (owner: string, more: { fold?: Fold; batch?: number; share?: () => number } = {}) =>
  new Folder({ store, clock, log: quietLog, owner, leaseMs, fold: effects(owner), ...more });
const effectOwners = async () =>
  (await store.rows<{ owner: string }>({ text: 'select distinct owner from effect order by owner' })).map(
    ({ owner }) => owner,
  );
const effectCount = async () => (await store.rows({ text: 'select 1 from effect' })).length;
const inbox = async () => (await store.rows({ text: 'select 1 from event_inbox' })).length;
/** As if the time of every lease had passed on the database's clock. */
const letLapse = () => store.run({ text: "update event_shard set lease_until = now() - interval '1 second'" });

describe('Folder', () => {
  it('gives each event one effect when two folders on one database drain at once', async () => {
    const [a, b] = [folder('a', { batch: 3 }), folder('b', { batch: 3 })];
    const events = Array.from({ length: 60 }, () => event());
    for (let i = 0; i < 60; i += 6) await log.receive(events.slice(i, i + 6));
    await Promise.all([a.drain(), b.drain(), a.drain()]);
    expect(await inbox()).toBe(0);
    expect(await effectCount()).toBe(60);
  });

  it('shares its shards with one that joins, and takes over when that one falls silent', async () => {
    let sharing = 1;
    const share = () => Math.ceil(64 / sharing);
    const [first, second] = [folder('a', { share }), folder('b', { share })];
    const owners = () =>
      store.rows({
        text: 'select owner, count(*)::int as n from event_shard group by owner order by owner nulls last',
      });
    await first.drain();
    await second.drain();
    expect(await owners()).toEqual([{ owner: 'a', n: 64 }]);

    sharing = 2;
    await first.drain();
    clock.advance(1001);
    await second.drain();
    expect(await owners()).toEqual([
      { owner: 'a', n: 32 },
      { owner: 'b', n: 32 },
    ]);

    sharing = 1;
    await store.run({ text: "update event_shard set lease_until = now() - interval '1 second' where owner = 'b'" });
    clock.advance(1001);
    await first.drain();
    expect(await owners()).toEqual([{ owner: 'a', n: 64 }]);
    await log.receive(Array.from({ length: 40 }, () => event()));
    await second.drain();
    await first.drain();
    expect([await effectCount(), await effectOwners()]).toEqual([40, ['a']]);
  });

  it('keeps the order in which a visitor did things', async () => {
    const mine = Array.from({ length: 7 }, () => event('ada'));
    for (const one of mine) await log.receive([one]);
    await folder('a', { batch: 2 }).drain();
    expect(seen).toEqual(mine.map(({ id }) => id));
  });

  it('comes to the end of a shard that has far more than the others, each in its order', async () => {
    const others = Array.from({ length: 30 }, () => event());
    const mine = Array.from({ length: 25 }, () => event('ada'));
    for (const [place, one] of mine.entries()) await log.receive([one, ...others.slice(place * 2, place * 2 + 2)]);
    expect(await folder('a', { batch: 8 }).drain()).toBe(55);
    const his = new Set(mine.map(({ id }) => id));
    expect(seen.filter((id) => his.has(id))).toEqual(mine.map(({ id }) => id));
    expect(await inbox()).toBe(0);
  });

  it('numbers the feed of each shard without a gap', async () => {
    const a = folder('a');
    for (let i = 0; i < 3; i++) {
      await log.receive([event('ada')]);
      await a.drain();
    }
    const feed = await log.readFeed<string>(new Map());
    expect(feed.map(({ shard, version }) => [shard, version])).toEqual([1, 2, 3].map((v) => [shardOf('ecid:ada'), v]));
  });

  it('leaves shards to their holder until the lease lapses, then takes them over', async () => {
    const [a, b] = [folder('a'), folder('b')];
    await log.receive([event()]);
    await a.drain();
    await log.receive([event()]);
    expect(await b.drain()).toBe(0);
    await letLapse();
    clock.advance(leaseMs);
    expect(await b.drain()).toBe(1);
    expect(await effectOwners()).toEqual(['a', 'b']);
  });

  it('folds at once under the name of one that died without giving its shards back', async () => {
    await log.receive([event()]);
    await folder('house').drain();
    await log.receive([event()]);
    expect(await folder('house').drain()).toBe(1);
  });

  it('rolls back whoever lost its lease while it folded, and nothing is lost or doubled (prototypes §B)', async () => {
    let lost = true;
    const slow = folder('a', {
      fold: async (tx, events) => {
        if (lost)
          await store.run({
            text: "update event_shard set owner = 'b', fence = fence + 1, lease_until = now() + interval '1 hour'",
          });
        return effects('a')(tx, events);
      },
    });
    await log.receive([event()]);
    expect(await slow.drain()).toBe(0);
    expect(await inbox()).toBe(1);
    expect(await effectCount()).toBe(0);
    lost = false;
    expect(await folder('b').drain()).toBe(1);
    expect(await effectCount()).toBe(1);
  });

  it('sets just the event aside that cannot be folded; its neighbours in the same row take effect', async () => {
    const [good, bad, also] = [event('ada'), event('ada', { data: { poison: true } }), event('ada')];
    await log.receive([good, bad, also]);
    await log.receive([event()]);
    await folder('a').drain();
    expect(await effectCount()).toBe(3);
    expect(await log.setAside()).toBe(1);
    const [row] = await store.rows<{ payload: string; error: string }>({
      text: 'select payload, error from event_quarantine',
    });
    expect((JSON.parse(row!.payload) as ShopEvent[]).map(({ id }) => id)).toEqual([bad.id]);
    expect(row!.error).toContain(`cannot fold ${bad.id}`);
    expect(await folder('a').drain()).toBe(0);
  });

  it.each([
    ['the database ends the connection', Object.assign(new Error('terminating connection'), { code: '57P01' })],
    ['the disk is full', Object.assign(new Error('could not extend file'), { code: '53100' })],
    ['the socket is gone', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['the client lost its server', new Error('Connection terminated unexpectedly')],
  ])('blames no event when %s: everything stays in the inbox', async (_, error) => {
    let away = true;
    const a = folder('a', {
      fold: (tx, events) => {
        if (away) throw error;
        return effects('a')(tx, events);
      },
    });
    await log.receive([event(), event()]);
    await expect(a.drain()).rejects.toBe(error);
    expect(await log.setAside()).toBe(0);
    away = false;
    expect(await a.drain()).toBe(2);
  });

  it('tries again at once what a deadlock or another linking of the same identity undid', async () => {
    let times = 0;
    const a = folder('a', {
      fold: (tx, events) => {
        if (++times <= 7) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
        return effects('a')(tx, events);
      },
    });
    await log.receive([event()]);
    expect(await a.drain()).toBe(1);
    expect(await log.setAside()).toBe(0);
  });

  it('gives its shards back when it stops', async () => {
    const a = folder('a');
    await log.receive([event()]);
    await a.drain();
    await a.stop();
    await log.receive([event()]);
    expect(await folder('b').drain()).toBe(1);
  });

  describe('with rows that this process stored itself', () => {
    /** A folder that works in the background and is given what the log stores. */
    const fed = (owner: string, more: { fold?: Fold } = {}) => {
      const one = folder(owner, more);
      one.start();
      log.onStored((rows) => one.give(rows));
      return one;
    };
    const emptied = async () => {
      while ((await inbox()) > 0) await new Promise((resolve) => setImmediate(resolve));
    };

    it('folds them without reading them, in the order of the visitor', async () => {
      const a = fed('a');
      await emptied();
      const mine = Array.from({ length: 9 }, () => event('ada'));
      await Promise.all(mine.map((one) => log.receive([one])));
      await emptied();
      await a.stop();
      expect(seen).toEqual(mine.map(({ id }) => id));
      expect(await effectCount()).toBe(9);
    });

    it('folds what the row says when it says something else by now', async () => {
      const [first, gone, stays] = [event('eve'), event('ada'), event('bea')];
      let open = () => {};
      let began = () => {};
      const gate = new Promise<void>((resolve) => (open = resolve));
      const folding = new Promise<void>((resolve) => (began = resolve));
      const a = fed('a', {
        fold: async (tx, events) => {
          began();
          await gate;
          return effects('a')(tx, events);
        },
      });
      await log.receive([first]);
      await folding;
      await log.receive([gone, stays]);
      await store.inTransaction((tx) =>
        log.forget(tx, {
          spans: [{ visitor: gone.visitor, from: null, until: null }],
          profileIds: [],
          until: clock.now(),
        }),
      );
      open();
      await emptied();
      await a.stop();
      expect(seen).toEqual([first.id, stays.id]);
    });

    it('leaves those that somebody else has folded meanwhile', async () => {
      const a = fed('a', { fold: effects('a') });
      await emptied();
      await a.drain();
      await store.run({
        text: "update event_shard set owner = 'b', fence = fence + 1, lease_until = now() + interval '1 hour'",
      });
      await log.receive([event(), event()]);
      await store.run({ text: 'truncate event_inbox' });
      await store.run({ text: "update event_shard set owner = 'a', lease_until = now() + interval '1 hour'" });
      await a.drain();
      await a.stop();
      expect(await effectCount()).toBe(0);
    });

    it('finds rows of other processes beside its own', async () => {
      const a = fed('a');
      const elsewhere = new EventLog({ store, ids: new UuidIds(clock, new SeededRandom(8)) });
      await elsewhere.receive([event(), event()]);
      await log.receive([event()]);
      await emptied();
      await a.stop();
      expect(await effectCount()).toBe(3);
    });

    it('sets the one aside that cannot be folded, and its neighbours take effect', async () => {
      const a = fed('a');
      await log.receive([event('ada'), event('ada', { data: { poison: true } }), event('ada')]);
      await emptied();
      await a.stop();
      expect(await effectCount()).toBe(2);
      expect(await log.setAside()).toBe(1);
    });
  });
});
