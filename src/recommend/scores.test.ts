import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scores } from './scores.ts';

const [a, b, c, d, e] = [0, 1, 2, 3, 4];
const byNumber = (x: number, y: number) => x - y;

describe('scores', () => {
  it('sum weighted lists as the for-you example does (golden example 1)', () => {
    const scores = new Scores();
    // Viewed A, half as much; bought B.
    for (const [item, score] of [
      [b, 1],
      [c, 0.5],
      [d, 0.25],
    ] as const)
      scores.add(item, 0.5 * score);
    for (const [item, score] of [
      [a, 0.75],
      [d, 0.75],
      [e, 0.1],
    ] as const)
      scores.add(item, score);

    const best = scores.top(10, () => true, byNumber);
    const unseen = scores.top(10, (item) => item !== a && item !== b, byNumber);

    expect(best.map(({ item, score }) => [item, score])).toEqual([
      [d, 0.875],
      [a, 0.75],
      [b, 0.5],
      [c, 0.25],
      [e, 0.1],
    ]);
    expect(unseen.map(({ item }) => item)).toEqual([d, c, e]);
  });

  it('name the best that pass in one order, and ask only of those that would be among them', () => {
    const amounts = fc.array(fc.record({ item: fc.nat(60), amount: fc.integer({ min: 1, max: 5 }) }), {
      maxLength: 150,
    });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 25 }), fc.nat(7), (all, limit, hidden) => {
        const scores = new Scores();
        for (const { item, amount } of all) scores.add(item, amount);
        const accept = (item: number) => item % 8 !== hidden;
        const asked: number[] = [];

        const best = scores.top(limit, (item) => asked.push(item) > 0 && accept(item), byNumber);

        const plain = plainly(scores, limit, accept);
        expect(best).toEqual(plain.best);
        expect(asked).toEqual(plain.asked);
      }),
    );
  });

  it('tell where some would stand among all that pass, without putting all in order', () => {
    const amounts = fc.array(fc.record({ item: fc.nat(60), amount: fc.integer({ min: 1, max: 5 }) }), {
      maxLength: 150,
    });
    const asked = fc.uniqueArray(fc.nat(65), { maxLength: 12 });
    fc.assert(
      fc.property(amounts, asked, fc.integer({ min: 0, max: 60 }), fc.nat(7), (all, items, depth, hidden) => {
        const scores = new Scores();
        for (const { item, amount } of all) scores.add(item, amount);
        const accept = (item: number) => item % 8 !== hidden;

        const places = scores.places(items, { depth, accept, order: byNumber });

        const whole = scores.top(100, accept, byNumber).slice(0, depth);
        expect(places).toEqual(items.map((item) => whole.findIndex((one) => one.item === item) + 1));
      }),
    );
  });

  it('hold any number of items, and none after they were cleared', () => {
    const scores = new Scores();
    for (let round = 1; round <= 2; round++) {
      for (let n = 0; n < 5000; n++) scores.add((n * 7919) % 1_999_993, n + round);
      scores.add(7919, 0.5);
      const most = 4999 + round;
      expect([scores.size, scores.most, scores.score(7919), scores.score(3)]).toEqual([5000, most, 1.5 + round, 0]);
      expect(scores.top(2, () => true, byNumber).map(({ score }) => score)).toEqual([most, most - 1]);
      scores.clear();
      expect([scores.size, scores.score(7919), scores.top(2, () => true, byNumber)]).toEqual([0, 0, []]);
    }
  });
});

/** The same by sorting anew for every item. */
function plainly(scores: Scores, limit: number, accept: (item: number) => boolean) {
  const asked: number[] = [];
  let best: { item: number; score: number }[] = [];
  for (const item of scores.items()) {
    const more = [...best, { item, score: scores.score(item) }];
    more.sort((x, y) => y.score - x.score || byNumber(x.item, y.item));
    if (more.slice(0, limit).every((one) => one.item !== item)) continue;
    asked.push(item);
    if (accept(item)) best = more.slice(0, limit);
  }
  return { best, asked };
}
