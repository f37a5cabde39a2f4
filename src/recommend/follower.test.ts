import { describe, expect, it } from 'vitest';
import { passed, quietLog } from '../base/index.ts';
import type { Lesson } from '../profile/index.ts';
import { type FeedBatch, Follower } from './follower.ts';

/** A feed in memory, which hands out at most `page` rows a read, as the real one does. */
class TestFeed {
  readonly rows: FeedBatch[] = [];
  reads = 0;
  page = 3;
  broken = false;

  add(shard: number, version: number, ...items: string[]): void {
    this.rows.push({ shard, version, lessons: items.map((i): Lesson => ({ p: 'p', s: 's', i, k: 'view', t: 1 })) });
  }

  readonly read = (cursors: ReadonlyMap<number, number>): Promise<FeedBatch[]> => {
    this.reads++;
    if (this.broken) return Promise.reject(new Error('no connection'));
    const rows = this.rows
      .filter(({ shard, version }) => version > (cursors.get(shard) ?? 0))
      .sort((a, b) => a.shard - b.shard || a.version - b.version);
    return Promise.resolve(rows.slice(0, this.page));
  };
}

function pupil() {
  let learned: string[] = [];
  return {
    learnAll: (lessons: readonly Lesson[]) => void learned.push(...lessons.map(({ i }) => i)),
    forget: ({ low }: { low: number }) => void learned.push(`-${low}`),
    reset: () => void (learned = []),
    get learned() {
      return learned.join('');
    },
  };
}

function follow(feed = new TestFeed()) {
  const recommender = pupil();
  const warnings: string[] = [];
  const log = { ...quietLog, warn: (event: string) => void warnings.push(event) };
  return { feed, recommender, warnings, follower: new Follower({ read: feed.read, recommender, log }) };
}

describe('following the feed', () => {
  it('learns all rows of all shards in order, page by page, before catchUp resolves', async () => {
    const { feed, follower, recommender } = follow();
    feed.add(0, 1, 'a', 'b');
    feed.add(7, 1, 'e');
    feed.add(0, 2, 'c');
    feed.add(0, 3, 'd');
    feed.add(7, 2, 'f');
    await follower.catchUp();
    expect(recommender.learned).toBe('abcdef');
    expect([...follower.cursors]).toEqual([
      [0, 3],
      [7, 2],
    ]);
  });

  it('learns each row once, though it is read twice', async () => {
    const { feed, follower, recommender } = follow();
    feed.add(0, 1, 'a');
    feed.add(0, 1, 'a');
    await Promise.all([follower.catchUp(), follower.catchUp(), follower.catchUp()]);
    await follower.catchUp();
    expect(recommender.learned).toBe('a');
  });

  it('lets a call made while a pass runs wait for a pass that began after it', async () => {
    const { feed, follower, recommender } = follow();
    feed.add(0, 1, 'a');
    const first = follower.catchUp();
    feed.add(0, 2, 'b');
    const second = follower.catchUp();
    await second;
    expect(recommender.learned).toBe('ab');
    await first;
  });

  it('forgets and learns anew from the beginning when a version is missing', async () => {
    const { recommender, warnings } = follow();
    const whole = new TestFeed();
    whole.add(0, 1, 'a');
    whole.add(0, 2, 'b');
    whole.add(0, 3, 'c');
    whole.add(1, 1, 'x');
    const [first, , third] = whole.rows;
    // The second row is not there when the third already is; after that the whole feed is.
    const answers = [[first!], [third!]];
    const follower = new Follower({
      read: (cursors) => Promise.resolve(answers.shift() ?? whole.read(cursors)),
      recommender,
      log: { ...quietLog, warn: (event) => void warnings.push(event) },
    });
    await follower.catchUp();
    expect(warnings).toEqual(['recommend.feed-gap']);
    expect(recommender.learned).toBe('abcx');
  });

  it('begins where the snapshot ends, and again from it after a gap', async () => {
    const { feed, recommender, warnings } = follow();
    for (const [i, item] of [...'abcdef'].entries()) if (item !== 'd') feed.add(0, i + 1, item);
    feed.add(9, 1, 'z');
    const begin = async () => {
      recommender.learnAll([{ p: 'p', s: 's', i: begins++ === 0 ? 'AB' : 'ABCD', k: 'view', t: 1 }]);
      return new Map([
        [0, begins === 1 ? 2 : 4],
        [9, 0],
      ]);
    };
    let begins = 0;
    const log = { ...quietLog, warn: (event: string) => void warnings.push(event) };
    const follower = new Follower({ read: feed.read, recommender, log, begin });
    expect([follower.lagMs, follower.isCaughtUp]).toEqual([null, false]);
    await follower.catchUp();
    expect(recommender.learned).toBe('ABCDefz');
    expect(warnings).toEqual(['recommend.feed-gap']);
    expect(follower.isCaughtUp).toBe(true);
  });

  it('learns from what is left of the feed when there is a gap behind every snapshot', async () => {
    const { feed, recommender, warnings } = follow();
    feed.add(0, 5, 'e');
    feed.add(0, 6, 'f');
    const log = { ...quietLog, warn: (event: string) => void warnings.push(event) };
    const begin = async () => new Map([[0, 2]]);
    const follower = new Follower({ read: feed.read, recommender, log, begin });
    await follower.catchUp();
    expect(recommender.learned).toBe('ef');
    expect(warnings).toEqual(['recommend.feed-gap', 'recommend.feed-gap', 'recommend.feed-begins-late']);
  });

  it('rests while something is done that needs it, and goes on then', async () => {
    const { feed, follower, recommender } = follow();
    feed.add(0, 1, 'a');
    await follower.catchUp();
    let end = () => {};
    const held = follower.hold(() => new Promise<void>((resolve) => (end = resolve)));
    feed.add(0, 2, 'b');
    const caught = follower.catchUp();
    await new Promise((resolve) => setImmediate(resolve));
    expect(recommender.learned).toBe('a');
    end();
    await held;
    await caught;
    expect(recommender.learned).toBe('ab');
    await expect(follower.hold(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    feed.add(0, 3, 'c');
    await follower.catchUp();
    expect(recommender.learned).toBe('abc');
  });

  it('hands on that somebody was erased, in its place between the lessons', async () => {
    const { feed, follower, recommender } = follow();
    feed.add(0, 1, 'a');
    feed.rows.push({ shard: 0, version: 2, lessons: [{ forget: [7, 3] }] });
    feed.add(0, 3, 'b');
    await follower.catchUp();
    expect(recommender.learned).toBe('a-7b');
  });

  it('follows a feed whose old rows were taken away, and says so', async () => {
    const { feed, follower, recommender, warnings } = follow();
    feed.add(4, 8, 'h');
    feed.add(4, 9, 'i');
    await follower.catchUp();
    expect(recommender.learned).toBe('hi');
    expect(warnings).toEqual(['recommend.feed-begins-late']);
  });

  it('rejects catchUp when the feed cannot be read, and goes on afterwards', async () => {
    const { feed, follower, recommender } = follow();
    feed.add(0, 1, 'a');
    feed.broken = true;
    await expect(follower.catchUp()).rejects.toThrow('no connection');
    feed.broken = false;
    await follower.catchUp();
    expect(recommender.learned).toBe('a');
  });

  it('rebuilds on start, polls by itself, and rests after stop', async () => {
    const { feed, follower, recommender } = follow();
    feed.add(0, 1, 'a');
    const started = passed('recommend.caught-up');
    follower.start();
    await started;
    expect(recommender.learned).toBe('a');

    feed.add(0, 2, 'b');
    await passed('recommend.caught-up');
    expect(recommender.learned).toBe('ab');

    follower.stop();
    feed.add(0, 3, 'c');
    follower.give(feed.rows.slice(-1));
    const { reads } = feed;
    await new Promise((resolve) => setImmediate(resolve));
    expect([feed.reads, recommender.learned]).toEqual([reads, 'ab']);
  });

  it('learns what it is given without reading it, each row once', async () => {
    const { feed, follower, recommender } = follow();
    feed.add(0, 1, 'a');
    follower.start();
    await follower.catchUp();
    const { reads } = feed;

    feed.add(0, 2, 'b');
    feed.add(1, 1, 'c');
    follower.give(feed.rows.slice(-2));
    follower.give(feed.rows.slice(-1));
    await new Promise((resolve) => setImmediate(resolve));

    expect([feed.reads, recommender.learned]).toEqual([reads, 'abc']);
    await follower.catchUp();
    follower.stop();
    expect(recommender.learned).toBe('abc');
  });

  it('reads the feed where something lies between what it was given and what it learned', async () => {
    const { feed, follower, recommender, warnings } = follow();
    feed.add(0, 1, 'a');
    follower.start();
    await follower.catchUp();

    feed.add(0, 2, 'b'); // by another process
    feed.add(0, 3, 'c');
    const read = passed('recommend.caught-up');
    follower.give(feed.rows.slice(-1));
    await read;
    follower.stop();

    expect(recommender.learned).toBe('abc');
    expect(warnings).toEqual([]);
  });

  it('warns once of an outage, and follows again when it is over', async () => {
    const { feed, follower, recommender, warnings } = follow();
    feed.broken = true;
    follower.start();
    follower.give([]);
    follower.give([]);
    await follower.catchUp().catch(() => {});
    feed.broken = false;
    feed.add(0, 1, 'a');
    follower.give(feed.rows);
    await follower.catchUp();
    follower.stop();
    expect(warnings).toEqual(['recommend.feed-unreadable']);
    expect(recommender.learned).toBe('a');
  });
});
