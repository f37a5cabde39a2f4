import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Popularity } from './popularity.ts';

const hour = 3600 * 1000;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 24);
const nameOf = (item: number) => `i${String(item).padStart(5, '0')}`;
const all = { limit: 100, accept: () => true };
const ids = (list: readonly { item: number }[]) => list.map(({ item }) => item);

describe('popularity', () => {
  it('ranks by visits within the window, for each window by itself (recommendations ALG-16, §1.4)', () => {
    const counts = new Popularity(nameOf);
    for (let i = 0; i < 50; i++) counts.add(1, now - 40 * day);
    for (let i = 0; i < 20; i++) counts.add(2, now - 5 * day);
    for (let i = 0; i < 5; i++) counts.add(3, now - hour);
    expect(ids(counts.top(6 * hour, now, all))).toEqual([3]);
    expect(ids(counts.top(7 * day, now, all))).toEqual([2, 3]);
    expect(ids(counts.top(null, now, all))).toEqual([1, 2, 3]);
    expect(counts.visits(1)).toBe(50);
  });

  it('says about how many visits there were in the window, for an item of steady interest', () => {
    const counts = new Popularity(nameOf);
    for (let t = now - 300 * day; t <= now; t += 2 * hour) counts.add(1, t);
    expect(counts.worth(1, 7 * day, now)).toBeGreaterThan(7 * 12 * 0.95);
    expect(counts.worth(1, 7 * day, now)).toBeLessThan(7 * 12 * 1.05);
    expect(counts.worth(1, 61 * day, now)).toBeLessThan(61 * 12 * 1.05);
  });

  it('does not depend on the order in which events come', () => {
    const event = fc.record({ item: fc.nat(30), ago: fc.nat(20 * 24) });
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 200 }), fc.infiniteStream(fc.nat()), (events, dice) => {
        const learn = (list: typeof events) => {
          const counts = new Popularity(nameOf);
          for (const { item, ago } of list) counts.add(item, now - ago * hour);
          return counts;
        };
        const shuffled = events
          .map((one) => ({ one, at: dice.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        for (const window of [7 * day, 30 * day, null])
          expect(ids(learn(events).top(window, now, all))).toEqual(ids(learn(shuffled).top(window, now, all)));
      }),
      { numRuns: 50 },
    );
  });

  it('gives an answer however deep the filter looks, best first, ties by id', () => {
    const counts = new Popularity(nameOf);
    for (let item = 0; item < 6000; item++) for (let n = 0; n <= item % 3; n++) counts.add(item, now);
    const deep = counts.top(null, now, { limit: 4, accept: (item) => item % 1000 === 1 && item > 1 });
    expect(ids(deep)).toEqual([1001, 4001, 3001, 2001]);
    const some = [7, 5, 3];
    const within = {
      has: (item: number) => some.includes(item),
      each: (see: (item: number) => void) => some.forEach(see),
      size: 3,
    };
    expect(ids(counts.top(day, now, { ...all, within }))).toEqual([5, 7, 3]);
  });

  it('never overflows, over fifty years of the shortest window', () => {
    const counts = new Popularity(nameOf);
    for (let year = 0; year < 50; year++) {
      counts.add(1, now + year * 365 * day);
      if (year % 2 === 0) counts.add(2, now + year * 365 * day);
    }
    const end = now + 49 * 365 * day;
    expect(ids(counts.top(6 * hour, end, all))).toEqual([1]);
    expect(counts.worth(1, 6 * hour, end)).toBeCloseTo(1, 3);
    expect(counts.visits(2)).toBe(25);
  });
});
