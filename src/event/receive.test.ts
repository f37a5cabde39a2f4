import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, SeededRandom, UuidIds } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import type { ShopEvent } from './event.ts';
import type { StoredRow } from './given.ts';
import { EventLog } from './log.ts';
import { emptyLog, migrations } from './table.ts';
import { placeAt } from './table-export.ts';

const now = Date.UTC(2026, 10, 30, 9);
let shared: Promise<Store> | undefined;
let store: Store;
let log: EventLog;
let given: StoredRow[];

beforeEach(async () => {
  shared ??= freshStore(migrations);
  store = await shared;
  await emptyLog(store);
  log = new EventLog({ store, ids: new UuidIds(new FakeClock(now), new SeededRandom(7)) });
  given = [];
  log.onStored((rows) => given.push(...rows));
});

const event = (id: string, visitor: string, more: Partial<ShopEvent> = {}): ShopEvent => ({
  id,
  source: 'edge:demo',
  types: ['web.webpagedetails.pageViews'],
  happenedAt: now,
  receivedAt: now,
  level: 0,
  visitor: `ecid:${visitor}`,
  identities: [{ namespace: 'ecid', id: visitor }],
  ...more,
});
const consent = (id: string, visitor: string) =>
  event(id, visitor, { types: ['profile.consent'], consent: { collect: 'in' } });

/** Ids in the inbox, row by row, as stored and as handed on. */
async function inbox(): Promise<{ stored: string[]; handed: string[] }> {
  const rows = await store.rows<{ shard: number; id: string; payload: string }>({
    text: 'select shard, id, payload from event_inbox',
  });
  const idsOf = (events: ShopEvent[]) => events.map(({ id }) => id).join(' ');
  const stored = rows.map((row) => `${row.shard} ${row.id} ${idsOf(JSON.parse(row.payload) as ShopEvent[])}`);
  return {
    stored: stored.toSorted(),
    handed: given.map((row) => `${row.shard} ${row.id} ${idsOf(row.events)}`).sort(),
  };
}
const kept = async () =>
  (await store.rows<{ id: string }>({ text: `select body ->> 'id' as id from event order by 1` })).map(({ id }) => id);

describe('Storing a batch', () => {
  it('hands on the rows as they stand in the inbox, when all is new and when some is known', async () => {
    await log.receive([event('a', 'ada'), event('b', 'bo'), event('c', 'ada')]);
    const first = await inbox();
    expect(first.stored).toHaveLength(2);
    expect(first.stored).toEqual(first.handed);
    expect(await log.receive([event('a', 'ada'), event('d', 'ada'), event('b', 'bo'), event('e', 'ada')])).toEqual({
      kept: 2,
      repeated: 2,
      doubted: 0,
    });
    const second = await inbox();
    expect(second.stored).toEqual(second.handed);
    expect(second.stored.some((row) => row.endsWith(' d e'))).toBe(true);
    expect(await kept()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('tells the new, the known and the doubted of one batch apart', async () => {
    await log.receive([event('a', 'ada'), consent('b', 'bo')]);
    const guarded = { unless: 'consenting' } as const;
    // Handed in at once, so that they go in one statement.
    const all = [event('a', 'ada'), event('x', 'bo'), event('y', 'ada')].map((one) => log.receive([one], guarded));
    expect((await Promise.all(all)).map(({ kept, repeated, doubted }) => [kept, repeated, doubted])).toEqual([
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(await kept()).toEqual(['a', 'b', 'y']);
    expect((await log.receive([event('x', 'bo')])).kept).toBe(1);
  });

  it('notes a consent once for as long as it waits, however often it comes', async () => {
    await log.receive([consent('b', 'bo'), event('a', 'ada')]);
    await log.receive([consent('b', 'bo'), event('c', 'ada')]);
    expect(await log.unreadConsents(['ecid:ada', 'ecid:bo'])).toEqual(new Set(['ecid:bo']));
    const spans = [{ visitor: 'ecid:bo', from: null, until: null }];
    await store.inTransaction((tx) => log.forget(tx, { spans, profileIds: [], until: now }));
    expect(await store.rows({ text: 'select visitor from event_consenting' })).toEqual([]);
  });
});

it('has the database work on the next batch while the one before is answered', async () => {
  const order: string[] = [];
  let second: Promise<unknown> | undefined;
  const onSent = () => {
    order.push('sent');
    second ??= log.receive([event('b', 'bo')]).then(() => order.push('b answered'));
  };
  store.pool.on('acquire', onSent);
  await log.receive([event('a', 'ada')]).then(() => order.push('a answered'));
  await second;
  store.pool.off('acquire', onSent);
  expect(order).toEqual(['sent', 'sent', 'a answered', 'b answered']);
});

describe('While the fold of this process is behind', () => {
  it('senders wait until it has come on', async () => {
    let owed = 20_000;
    log.whileFolding(() => owed);
    let answered = false;
    const receiving = log.receive([event('a', 'ada')]).then(() => (answered = true));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect([answered, log.waiting]).toEqual([false, 1]);

    owed = 0;
    log.goOn();
    await receiving;
    expect(await kept()).toEqual(['a']);
  });

  it('they do not wait for good: a fold that stands still costs them a moment', async () => {
    log.whileFolding(() => 20_000);
    await Promise.all([log.receive([event('a', 'ada')]), log.receive([event('b', 'bo')])]);
    expect(await kept()).toEqual(['a', 'b']);
  });
});

describe('The log, page by page', () => {
  it('ends before whatever a transaction under way may still bring, however long it takes', async () => {
    const from = { after: placeAt(0), limit: 10 };
    const page = async () => (await log.page({ ...from, now: now + 60_000 + 2 })).map(({ event: { id } }) => id);
    let finish = () => {};
    let written = () => {};
    const isWritten = new Promise<void>((resolve) => (written = resolve));
    const slow = store.inTransaction(async (tx) => {
      await log.append(tx, [event('slow', 'ada')]);
      written();
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await isWritten;
    await log.receive([event('quick', 'bo', { receivedAt: now + 1 })]);
    // Whoever read "quick" now would go on after it, and never see "slow".
    expect(await page()).toEqual([]);
    finish();
    await slow;
    expect(await page()).toEqual(['slow', 'quick']);
  });
});
