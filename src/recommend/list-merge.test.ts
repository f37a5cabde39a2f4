import { describe, expect, it } from 'vitest';
import { mergeLists } from './list-merge.ts';
import { Scores } from './scores.ts';

describe('merging lists', () => {
  const [a, b, c, d, e] = [0, 1, 2, 3, 4];
  const lists = [
    { weight: 0.5, list: [score(b, 1), score(c, 0.5), score(d, 0.25)] }, // viewed A
    { weight: 1, list: [score(a, 0.75), score(d, 0.75), score(e, 0.1)] }, // bought B
  ];
  const scores = new Scores();
  const ask = { limit: 10, order: (x: number, y: number) => x - y, scores };

  it('sums weighted scores as the for-you example does (golden example 1)', () => {
    expect(mergeLists(lists, { ...ask, accept: () => true })).toEqual([
      score(d, 0.875),
      score(a, 0.75),
      score(b, 0.5),
      score(c, 0.25),
      score(e, 0.1),
    ]);
    const unseen = mergeLists(lists, { ...ask, accept: (item) => item !== a && item !== b });
    expect(unseen.map(({ item }) => item)).toEqual([d, c, e]);
    expect(scores.size).toBe(0);
  });
});

function score(item: number, value: number) {
  return { item, score: value };
}
