import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import type { ShopEvent } from './event.ts';
import { Folder } from './follow.ts';
import { EventLog } from './log.ts';
import { migrations } from './table.ts';
import { Tidy } from './tidy.ts';

const start = Date.UTC(2026, 10, 24, 9);
const day = 86_400_000;
let store: Store;
let clock: FakeClock;
let log: EventLog;
let tidy: Tidy;

beforeEach(async () => {
  store = await freshStore(migrations);
  clock = new FakeClock(start);
  log = new EventLog({ store, ids: new UuidIds(clock, new SeededRandom(5)) });
  tidy = new Tidy({ store, clock, log: quietLog });
});

function event(id: string, more: Partial<ShopEvent> = {}): ShopEvent {
  return {
    id,
    source: 'server',
    types: ['commerce.productViews'],
    happenedAt: clock.now(),
    receivedAt: clock.now(),
    level: 0,
    visitor: 'ecid:v',
    identities: [{ namespace: 'ecid', id: 'v' }],
    ...more,
  };
}

const months = async () =>
  (
    await store.rows<{ name: string }>({
      text: `select distinct tableoid::regclass::text as name from event order by 1`,
    })
  ).map(({ name }) => name);
const settle = async () => {
  while ((await tidy.work()) > 0);
};

describe('Tidy', () => {
  it('makes months ahead and moves into them what lay in the rest; history reads as before', async () => {
    await log.receive([event('a', { receivedAt: start - 40 * day }), event('b')]);
    expect(await months()).toEqual(['event_rest']);
    await settle();
    expect(await months()).toEqual(['event_2026_10', 'event_2026_11']);
    clock.advance(60 * day);
    await log.receive([event('c')]);
    expect(await months()).toEqual(['event_2026_10', 'event_2026_11', 'event_2027_01']);
    expect((await log.history({ visitors: ['ecid:v'], limit: 10 })).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('drops a month once thirteen whole months lie after it, and not a day before', async () => {
    await log.receive([event('old')]);
    await settle();
    clock.advance(Date.UTC(2027, 11, 31) - clock.now());
    await settle();
    expect(await months()).toEqual(['event_2026_11']);
    clock.advance(Date.UTC(2028, 0, 1, 1) - clock.now());
    await settle();
    expect(await months()).toEqual([]);
  });

  it('knows an id again for thirty days and forgets it then (trust row 71)', async () => {
    await log.receive([event('a')]);
    clock.advance(20 * day);
    await settle();
    expect(await log.receive([event('a')])).toMatchObject({ kept: 0, repeated: 1 });
    clock.advance(12 * day);
    await settle();
    expect(await store.rows({ text: 'select 1 from event_key' })).toEqual([]);
  });

  it('keeps the newest feed row of a shard, so that no reader finds a gap', async () => {
    await store.run({
      text: `insert into feed (shard, version, at, payload) values (1, 1, '2024-01-01', '[]'), (1, 2, '2024-01-02', '[]'), (2, 1, now(), '[]')`,
    });
    await settle();
    expect((await log.readFeed(new Map())).map(({ shard, version }) => [shard, version])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });
});

describe('old rows of the feed', () => {
  const versions = async () => (await log.readFeed(new Map())).map(({ shard, version }) => `${shard}:${version}`);

  it('stay for as long as no snapshot holds what they taught, and go then', async () => {
    await store.run({
      text: `insert into feed (shard, version, at, payload)
        select shard, version, '2024-01-01', '[]' from generate_series(1, 3) shard, generate_series(1, 5) version`,
    });
    let held = new Map([
      [1, 3],
      [2, 0],
    ]);
    const careful = new Tidy({ store, clock, log: quietLog, held: async () => held });
    while ((await careful.work()) > 0);
    expect(await versions()).toEqual(
      [4, 5]
        .map((v) => `1:${v}`)
        .concat(
          [1, 2, 3, 4, 5].map((v) => `2:${v}`),
          [1, 2, 3, 4, 5].map((v) => `3:${v}`),
        ),
    );

    held = new Map([1, 2, 3].map((shard) => [shard, 5]));
    clock.advance(2 * 3_600_000);
    while ((await careful.work()) > 0);
    expect(await versions(), 'the newest of a shard stays').toEqual(['1:5', '2:5', '3:5']);
  });
});

describe('what was set aside', () => {
  it('can be looked at, put back, and takes effect once when the fault is mended', async () => {
    let broken = true;
    const seen: string[] = [];
    const folder = new Folder({
      store,
      clock,
      log: quietLog,
      owner: 'a',
      fold: async (_, events) => {
        if (broken) throw new TypeError('cannot fold');
        seen.push(...events.map(({ event: one }) => one.id));
        return new Map();
      },
    });
    await log.receive([event('bad', { consent: { collect: 'out' } })]);
    await folder.drain();
    const [row] = await log.quarantine(10);
    expect([row!.error, row!.events[0]!.id]).toEqual(['TypeError: cannot fold', 'bad']);
    broken = false;
    expect(await log.putBack([row!.id])).toBe(1);
    expect(await log.unreadConsents(['ecid:v'])).toEqual(new Set(['ecid:v']));
    await folder.drain();
    expect([seen, await log.setAside(), await log.putBack(null)]).toEqual([['bad'], 0, 0]);
  });
});
