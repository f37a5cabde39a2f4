import { describe, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom } from '../base/index.ts';
import { Engine } from './engine.ts';
import type { Kept } from './kept.ts';
import { pack, pieceBytes, Unpacking } from './pack.ts';
import { Retirer, visitLimits } from './retirer.ts';
import type { ListQuery } from './source.ts';

const day = 24 * 3600 * 1000;
const start = Date.UTC(2026, 0, 1);
/** Visitors come back after thirty visits of others; every fifth visit buys. */
const visitors = 30;

/** Visits from `from` to `to`, a quarter of an hour apart. */
function teach(engine: Engine, from: number, to: number): number {
  let now = start;
  for (let n = from; n < to; n++) {
    const random = new SeededRandom(n);
    for (let step = 0; step < 4; step++) {
      now = start + n * 15 * 60_000 + step * 1000;
      const k = step >= 2 && n % 5 === 0 ? 'purchase' : 'view';
      engine.learn({ p: `v${n % visitors}`, s: `s${n}`, i: `i${Math.floor(random.next() * 50)}`, k, t: now }, now);
    }
  }
  return now;
}

function lists(engine: Engine, now: number): object[] {
  const item = (id: number) => engine.items.find(`i${id}`);
  const steps = [3, 4].map((id) => ({ item: item(id), at: now }));
  const queries: ListQuery[] = [
    { kind: 'session', steps, now },
    { kind: 'for-you', viewed: steps, carted: [], bought: [], now },
    { kind: 'cart', cart: [item(7)], now },
    { kind: 'related', action: 'viewed-viewed', key: item(5), basis: 'visitor', windowMs: null, now },
    { kind: 'popular', action: 'viewed', windowMs: null, now },
  ];
  return queries.map((query) => engine.list(query, 10, () => true));
}

function run<T>(work: Generator<unknown, T> | null): T | null {
  for (;;) {
    const step = work?.next() ?? { done: true, value: null };
    if (step.done) return step.value;
  }
}

const byCount = (most: number, now: number) => ({ most, mostMs: 10_000 * day, now });

describe('letting old visits go', () => {
  it('takes the oldest beyond a number, and those beyond an age, when there are enough of them', () => {
    const engine = new Engine();
    const now = teach(engine, 0, 8000);
    expect(engine.retire(byCount(7500, now))).toBeNull();
    expect(run(engine.retire(byCount(5000, now)))).toBe(3000);
    expect(engine.retire(byCount(5000, now))).toBeNull();
    // The newest visits last: those of the last twenty days are 1921.
    expect(run(engine.retire({ most: 1e6, mostMs: 20 * day, now }))).toBe(5000 - 1921);
    expect(engine.retire({ most: 1e6, mostMs: 20 * day, now })).toBeNull();
  });

  it('bounds memory however long it goes on, while counts go on', () => {
    const engine = new Engine();
    const bytes: number[] = [];
    for (let n = 0; n < 12; n++) {
      const now = teach(engine, n * 4000, (n + 1) * 4000);
      run(engine.retire(byCount(5000, now)));
      bytes.push(engine.sessionBytes);
    }
    expect(Math.max(...bytes.slice(4))).toBeLessThan(1.2 * bytes[3]!);
    const everything = new Engine();
    const now = teach(everything, 0, 48_000);
    expect(engine.sessionBytes).toBeLessThan(everything.sessionBytes / 2);
    const popular = (one: Engine) =>
      one.list({ kind: 'popular', action: 'viewed', windowMs: null, now }, 50, () => true);
    expect(popular(engine)).toEqual(popular(everything));
    const cart: ListQuery = { kind: 'cart', cart: [engine.items.find('i7')], now };
    expect(engine.list(cart, 5, () => true).length).toBe(5);
  });

  it('changes nothing until it has ended, and lists of what stays are those of an engine that has learned only that', () => {
    const engine = new Engine();
    const now = teach(engine, 0, 6000);
    const before = lists(engine, now);
    const work = engine.retire(byCount(2000, now))!;
    for (let n = 0; n < 5; n++) work.next();
    expect(lists(engine, now)).toEqual(before);
    run(work);
    const [session, person] = lists(engine, now) as { count: number }[][];
    expect(session!.length).toBe(10);
    expect(person!.length).toBe(10);
    const young = new Engine();
    teach(young, 4000, 6000);
    const related = { kind: 'related', action: 'viewed-viewed', basis: 'session', windowMs: null, now } as const;
    const met = (one: Engine) =>
      one
        .list({ ...related, key: one.items.find('i5') }, 50, () => true)
        .map(({ item, count }) => `${one.items.name(item)} ${count}`)
        .sort();
    expect(met(engine)).toEqual(met(young));
  });

  it('goes on learning and forgetting by the same ids, and lies in a snapshot', () => {
    const engine = new Engine();
    let now = teach(engine, 0, 6000);
    run(engine.retire(byCount(2000, now)));
    now = teach(engine, 5999, 6500); // the last visit is told once more
    const copy = new Engine();
    const work = pack(engine.keep() as Kept);
    const pieces: Uint8Array[] = [];
    let step = work.next();
    for (; !step.done; step = work.next()) if (step.value) pieces.push(step.value);
    const unpacking = new Unpacking(step.value, (pieces.length - 1) * pieceBytes + pieces.at(-1)!.length);
    pieces.forEach((piece, n) => unpacking.put(n, piece));
    copy.restore(unpacking.kept);
    expect(lists(copy, now)).toEqual(lists(engine, now));
    const returns = (one: Engine) => (one.keep().crowd as Kept).returns;
    expect(returns(copy)).toEqual(returns(engine));
    for (let n = 0; n < visitors; n++) copy.forgetVisitor(`v${n}`);
    const near = (lists(copy, now)[0] as { by: string }[]).filter(({ by }) => by === 'session-neighbours');
    expect(near).toEqual([]);
    expect(run(copy.retire(byCount(1000, now)))).toBe(1500);
  });

  it('is done beside everything else while nothing is learned, once at a time', async () => {
    const engine = new Engine();
    const now = teach(engine, 0, 6000);
    const clock = new FakeClock(now);
    const retirer = new Retirer({
      engine: () => engine,
      clock,
      log: quietLog,
      limits: { most: 2000, mostMs: 999 * day },
    });
    const held: Promise<unknown>[] = [];
    const hold = <T>(work: () => Promise<T>): Promise<T> => {
      const run = work();
      held.push(run);
      return run;
    };
    retirer.look({ hold });
    retirer.look({ hold });
    await retirer.settled();
    expect(held).toHaveLength(1);
    expect(engine.retire({ most: 2000, mostMs: 999 * day, now })).toBeNull();
    retirer.look({ hold });
    expect(held).toHaveLength(1);
    retirer.stop();
    expect(visitLimits.mostMs).toBe(730 * day);
  });
});
