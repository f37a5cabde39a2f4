import { beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock, Mark, passed, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import type { Lesson } from '../profile/index.ts';
import type { Store } from '../store/index.ts';
import { Engine } from './engine.ts';
import { type FeedBatch, Follower } from './follower.ts';
import { migrations } from './migration.ts';
import type { FeedReach } from './snapshot-head.ts';
import { Snapshots } from './snapshots.ts';
import { storePiece, type OpenWriter } from './snapshot-writer.ts';
import type { ListQuery } from './source.ts';
import { shippedTuning } from './tuning.ts';

const now = Date.UTC(2026, 10, 30, 9);
const clock = new FakeClock(now);
const ids = new UuidIds(clock, new SeededRandom(3));
let store: Store;
let feed: FeedBatch[];
let said: { event: string; fields: Record<string, unknown> }[];

beforeEach(async () => {
  store = await freshStore(migrations);
  feed = [];
  said = [];
});

/** Writes as the thread does, without the time that a thread takes to begin. */
const writeHere: OpenWriter = (order, onWritten) => {
  const sums: Promise<number | null>[] = [];
  return {
    give: (bytes) => {
      const [n, before] = [sums.length, sums.at(-1)];
      const write = async () => (await before, await storePiece(store, order, { n, bytes }));
      sums.push(write().finally(onWritten));
    },
    end: () => Promise.all(sums),
    stop: async () => {},
  };
};

/** A process that learns: engine, snapshots and follower, on the same database and feed. */
function replica(tuning = shippedTuning, parts: { writer?: OpenWriter } = { writer: writeHere }) {
  let engine = new Engine({ tuning });
  const note = (event: string, fields: Record<string, unknown> = {}) => void said.push({ event, fields });
  const log = { ...quietLog, info: note, warn: note };
  const snapshots = new Snapshots({
    store,
    ids,
    clock,
    log,
    engine: () => engine,
    reach: async () => reach(),
    ...parts,
  });
  const read = async (cursors: ReadonlyMap<number, number>) =>
    feed.filter(({ shard, version }) => version > (cursors.get(shard) ?? 0));
  const recommender = {
    learnAll: (lessons: readonly Lesson[]) => engine.learnAll(lessons, now),
    forget: (mark: { low: number; high: number }) => engine.forget(mark),
    reset: () => void (engine = new Engine({ tuning })),
  };
  const follower = new Follower({ read, recommender, log, begin: () => snapshots.load() });
  return { snapshots, follower, engine: () => engine };
}

function reach(): FeedReach[] {
  return Array.from({ length: 64 }, (_, shard) => {
    const versions = feed.filter((row) => row.shard === shard).map(({ version }) => version);
    return { oldest: versions[0] ?? null, newest: Math.max(0, ...versions) };
  });
}

/** Visits of twelve items and an order each, spread over shards; visitor `v<n>`. */
function happen(from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const shard = n % 5;
    const version = Math.max(0, ...feed.filter((row) => row.shard === shard).map((row) => row.version)) + 1;
    const lesson = (i: number, k: Lesson['k']): Lesson => ({
      p: `v${n % 40}`,
      s: `visit${n}`,
      i: `item${(n * 7 + i * i) % 60}`,
      k,
      t: now - 1e7 + n * 1000,
    });
    feed.push({
      shard,
      version,
      lessons: [lesson(0, 'view'), lesson(1, 'view'), lesson(2, 'cart'), lesson(1, 'purchase')],
    });
  }
}

/** Everything that could tell two engines apart. */
function listsOf(engine: Engine): unknown[] {
  const all: unknown[] = [];
  for (let item = 0; item < 60; item++) {
    const key = engine.items.find(`item${item}`);
    const queries: ListQuery[] = [
      { kind: 'session', steps: [{ item: key, at: now }], now },
      { kind: 'cart', cart: [key], now },
      { kind: 'for-you', viewed: [{ item: key, at: now }], bought: [], carted: [], now },
      { kind: 'related', action: 'viewed-viewed', key, basis: 'visitor', windowMs: null, now },
    ];
    for (const query of queries)
      all.push(engine.list(query, 20, () => true).map((one) => ({ ...one, item: engine.items.name(one.item) })));
  }
  for (const action of ['viewed', 'bought', 'carted'] as const)
    all.push(engine.list({ kind: 'popular', action, windowMs: null, now }, 60, () => true));
  return all;
}

const events = () => said.map(({ event }) => event);
const whole = () => store.rows<{ id: string }>({ text: `select id from recommend_snapshot where state = 'whole'` });

describe('a snapshot of what was learned', () => {
  it('is loaded by another process, which goes on with the tail of the feed and answers the same', async () => {
    happen(0, 300);
    const one = replica();
    await one.follower.catchUp();
    expect(await one.snapshots.make(one.follower)).toBe(true);
    happen(300, 420);
    await one.follower.catchUp();

    const other = replica();
    await other.follower.catchUp();
    expect(events()).toEqual(['recommend.snapshot-made', 'recommend.snapshot-loaded']);
    expect(said[1]!.fields).toMatchObject({ learned: 1200, items: 60 });
    expect(other.engine().learned).toBe(1680);
    expect([...other.follower.cursors].filter(([, version]) => version > 0)).toEqual([...one.follower.cursors].sort());
    expect(listsOf(other.engine())).toEqual(listsOf(one.engine()));
  });

  it('learns on from a snapshot as if there had been none', async () => {
    happen(0, 200);
    const one = replica();
    await one.follower.catchUp();
    await one.snapshots.make(one.follower);
    const second = replica();
    await second.follower.catchUp();
    happen(200, 400);
    await second.follower.catchUp();
    await second.snapshots.make(second.follower);
    const third = replica();
    await third.follower.catchUp();
    await one.follower.catchUp();
    expect(listsOf(third.engine())).toEqual(listsOf(one.engine()));
    expect(await whole(), 'the one before is gone').toHaveLength(1);
  });

  it('bridges what the feed no longer has', async () => {
    happen(0, 300);
    const one = replica();
    await one.follower.catchUp();
    await one.snapshots.make(one.follower);
    happen(300, 330);
    const held = (await one.snapshots.held())!;
    feed = feed.filter(({ shard, version }) => version > held.get(shard)!);
    const other = replica();
    await other.follower.catchUp();
    await one.follower.catchUp();
    expect(listsOf(other.engine())).toEqual(listsOf(one.engine()));
  });

  it('does not bring back who was erased after it was made', async () => {
    happen(0, 300);
    const one = replica();
    await one.follower.catchUp();
    await one.snapshots.make(one.follower);
    const { low, high } = new Mark().of('v3');
    feed.push({ shard: 3, version: 61, lessons: [{ forget: [low, high] }] });
    await one.follower.catchUp();

    const other = replica();
    await other.follower.catchUp();
    const lived = new Engine();
    for (const { lessons } of feed) for (const lesson of lessons) if ('p' in lesson) lived.learn(lesson, now);
    expect(listsOf(other.engine())).toEqual(listsOf(one.engine()));
    expect(listsOf(other.engine())).not.toEqual(listsOf(lived));
  });
});

describe('a snapshot that cannot be used is refused with a line in the log, and everything is learned anew', () => {
  const spoil: [string, string, (id: string) => Promise<unknown>][] = [
    [
      'broken',
      'The checksum of piece 0 differs',
      (id) =>
        store.run({
          text: `update recommend_snapshot_piece set bytes = set_byte(bytes, 5, (get_byte(bytes, 5) + 1) % 256)
            where snapshot = $1 and n = 0`,
          values: [id],
        }),
    ],
    [
      'cut',
      'Piece 0 of 1 is missing',
      (id) => store.run({ text: 'delete from recommend_snapshot_piece where snapshot = $1', values: [id] }),
    ],
    [
      'written over in its head',
      'The checksum of its head differs',
      (id) =>
        store.run({ text: `update recommend_snapshot set head = replace(head, '1', '2') where id = $1`, values: [id] }),
    ],
  ];
  for (const [what, why, act] of spoil) {
    it(`when it is ${what}`, async () => {
      // Mixed numbers need a piece that is stored, and one piece holds all of a small shop but its zeros.
      happen(0, 100);
      const one = replica();
      await one.follower.catchUp();
      await one.snapshots.make(one.follower);
      await act((await whole())[0]!.id);
      const other = replica();
      await other.follower.catchUp();
      const line = said.find(({ event }) => event === 'recommend.snapshot-refused');
      expect(String(line?.fields['why']).replace(/of \d+ is/, 'of 1 is')).toBe(why);
      expect(listsOf(other.engine())).toEqual(listsOf(one.engine()));
    });
  }

  it('when it is ahead of the feed, or the feed has lost the row after it, or it was learned otherwise', async () => {
    happen(0, 100);
    const one = replica();
    await one.follower.catchUp();
    await one.snapshots.make(one.follower);
    const all = feed;
    const refusals = async (tuning = shippedTuning) => {
      said = [];
      const other = replica(tuning);
      await other.follower.catchUp();
      expect(other.engine().learned).toBe(feed.length * 4);
      return said.find(({ event }) => event === 'recommend.snapshot-refused')?.fields['why'];
    };
    feed = all.slice(0, 50);
    expect(await refusals()).toBe('It is ahead of the feed in shard 0, so it is of another one');
    feed = all;
    happen(100, 120);
    feed = feed.filter(({ version }) => version > 21);
    expect(await refusals()).toBe('The feed of shard 0 has no row 21 any more');
    feed = all;
    const tuning = { ...shippedTuning, learn: { ...shippedTuning.learn, ring: 64 } };
    expect(await refusals(tuning)).toBe('It was learned with another "ring"');
  });
});

describe('writing a snapshot', () => {
  it('is done by one process at a time, and by another when the writer has died', async () => {
    happen(0, 50);
    const one = replica();
    await one.follower.catchUp();
    await store.run({
      text: `insert into recommend_snapshot (id, state, lease_until) values ($1, 'writing', now() + interval '1 hour')`,
      values: [ids.next()],
    });
    expect(await one.snapshots.make(one.follower)).toBe(false);
    await store.run({ text: `update recommend_snapshot set lease_until = now() - interval '1 second'` });
    expect(await one.snapshots.make(one.follower)).toBe(true);
    expect(await store.rows({ text: 'select 1 from recommend_snapshot' })).toHaveLength(1);
  });

  it('is done in a thread of its own, that is ended with it and says when its lease was lost', async () => {
    happen(0, 200);
    const one = replica(shippedTuning, {});
    await one.follower.catchUp();
    expect(await one.snapshots.make(one.follower)).toBe(true);
    const other = replica();
    await other.follower.catchUp();
    expect(listsOf(other.engine())).toEqual(listsOf(one.engine()));

    const lost = {
      hold: async <T>(work: () => Promise<T>) => {
        await store.run({ text: `delete from recommend_snapshot where state = 'writing'` });
        return work();
      },
      cursors: one.follower.cursors,
      isCaughtUp: true,
    };
    await expect(one.snapshots.make(lost)).rejects.toThrow('Its lease was lost');
    expect(await whole()).toHaveLength(1);
  });

  it('takes what was learned when it began; what comes in while it is written is in the tail', async () => {
    happen(0, 50);
    const one = replica();
    await one.follower.catchUp();
    const written = passed('recommend.snapshot-written').then(() => {
      happen(50, 80);
      return one.follower.catchUp();
    });
    await one.snapshots.make(one.follower);
    await written;
    const other = replica();
    await other.follower.catchUp();
    expect(said.find(({ event }) => event === 'recommend.snapshot-loaded')!.fields).toMatchObject({ learned: 200 });
    expect(listsOf(other.engine())).toEqual(listsOf(one.engine()));
  });

  it('begins by itself when it is due, once the feed was read to its end', async () => {
    happen(0, 50);
    const one = replica();
    one.snapshots.look(one.follower);
    await one.snapshots.settled();
    expect(await whole()).toEqual([]);
    await one.follower.catchUp();
    one.snapshots.look(one.follower);
    await one.snapshots.settled();
    expect(await whole(), 'too little, too soon').toEqual([]);
    clock.advance(2 * 3_600_000);
    one.snapshots.look(one.follower);
    await one.snapshots.settled();
    expect(await whole()).toHaveLength(1);
    const [{ id }] = (await whole()) as [{ id: string }];
    clock.advance(48 * 3_600_000);
    one.snapshots.look(one.follower);
    await one.snapshots.settled();
    expect((await whole())[0]!.id, 'nothing new was learned').toBe(id);
  });
});

it('what an engine kept is taken only by one that knows no items, whose numbers would be others', () => {
  const [one, other] = [new Engine(), new Engine()];
  one.learn({ p: 'v', s: 's', i: 'a', k: 'view', t: now }, now);
  other.describe('b', { id: 'b', name: 'B', categories: [], attributes: {} } as never);
  expect(() => other.restore(one.keep())).toThrow('Only an engine that knows no items');
});
