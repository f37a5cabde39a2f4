import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ranking } from './ranking.ts';

const day = 24 * 3600 * 1000;
const start = Date.UTC(2026, 10, 1);
const visits = fc.array(fc.record({ item: fc.integer({ min: 0, max: 20 }), day: fc.integer({ min: 0, max: 60 }) }), {
  maxLength: 200,
});
const ranking = (depth: number) => new Ranking({ halfLifeMs: 7 * day, depth, nameOf: (item) => `i${item}` });

function orderOf(ranked: Ranking): number[] {
  const order: number[] = [];
  for (let rank = 0; ranked.at(rank) !== -1; rank++) order.push(ranked.at(rank));
  return order;
}

describe('the ranking', () => {
  it('lets a visit count half as much after seven days', () => {
    const ranked = ranking(10);
    for (const at of [start, start, start]) ranked.add(1, at);
    ranked.add(2, start + 7 * day);
    expect(orderOf(ranked)).toEqual([1, 2]);
    ranked.add(2, start + 7 * day);
    expect(orderOf(ranked)).toEqual([2, 1]);
    expect([ranked.visits(1), ranked.visits(2)]).toEqual([3, 2]);
  });

  it('tells ties apart by id', () => {
    const ranked = ranking(10);
    for (const item of [3, 1, 2]) ranked.add(item, start);
    expect(orderOf(ranked)).toEqual([1, 2, 3]);
  });

  it('is the same however deep its ordered part is, and in whatever order the visits came', () => {
    fc.assert(
      fc.property(visits, fc.integer({ min: 1, max: 25 }), (given, depth) => {
        const shallow = ranking(depth);
        const deep = ranking(100);
        for (const visit of given) shallow.add(visit.item, start + visit.day * day);
        for (const visit of given.toReversed()) deep.add(visit.item, start + visit.day * day);
        expect(orderOf(shallow)).toEqual(orderOf(deep));
        expect(orderOf(deep)).toHaveLength(new Set(given.map(({ item }) => item)).size);
      }),
    );
  });

  it('bears any time that a source may claim', () => {
    const ranked = ranking(10);
    for (const at of [0, 8.64e15, -8.64e15, start]) ranked.add(1, at);
    expect(Number.isFinite(ranked.weight(1))).toBe(true);
    expect(ranked.weight(1)).toBeGreaterThan(0);
  });
});
