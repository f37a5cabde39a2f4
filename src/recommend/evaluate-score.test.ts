import { expect, test } from 'vitest';
import { ListScore } from './evaluate-score.ts';

const popularities = { items: 8, shareOf: (item: string) => (item === 'a' ? 0.5 : 0.125), most: 0.5 };

test('one wanted item: hits, reciprocal rank and NDCG by hand', () => {
  const score = new ListScore([1, 3]);
  score.add(['a', 'b', 'c'], ['a']); // rank 1
  score.add(['a', 'b', 'c'], ['c']); // rank 3
  score.add(['a', 'b', 'c'], ['z']); // missed
  score.add([], ['a']); // no list
  const made = score.scores(popularities);
  expect(made).toMatchObject({ lists: 4, answered: 3 });
  expect(made.hitRate[1]!.value).toBeCloseTo(1 / 4);
  expect(made.hitRate[3]!.value).toBeCloseTo(2 / 4);
  expect(made.reciprocalRank.value).toBeCloseTo((1 + 1 / 3) / 4);
  expect(made.ndcg[3]!.value).toBeCloseTo((1 + 1 / 2) / 4); // 1 / log2(4)
  expect(made.averagePrecision.value).toBeCloseTo((1 + 1 / 3) / 4);
});

test('several wanted items: NDCG and average precision by hand', () => {
  const score = new ListScore([3]);
  score.add(['a', 'x', 'b'], ['a', 'b', 'c']);
  const made = score.scores(popularities);
  const log = Math.log2;
  expect(made.ndcg[3]!.value).toBeCloseTo((1 + 1 / log(4)) / (1 + 1 / log(3) + 1 / log(4)));
  expect(made.averagePrecision.value).toBeCloseTo((1 + 2 / 3) / 3);
});

test('coverage, novelty and popularity bias are of what is shown within the longest length', () => {
  const score = new ListScore([2]);
  score.add(['a', 'b', 'never shown'], ['a']);
  score.add(['a', 'c'], ['a']);
  const made = score.scores(popularities);
  expect(made.coverage).toBeCloseTo(3 / 8);
  expect(made.novelty).toBeCloseTo((1 + 3 + 1 + 3) / 4); // bits: 0.5 is one, 0.125 three
  expect(made.popularityBias).toBeCloseTo((0.5 + 0.125 + 0.5 + 0.125) / 4 / 0.5);
});

test('the standard error counts what depends on each other as one', () => {
  const apart = new ListScore([1]);
  const together = new ListScore([1]);
  for (let i = 0; i < 40; i++) {
    const wanted = [i % 4 < 2 ? 'a' : 'z'];
    apart.add(['a'], wanted);
    together.add(['a'], wanted, String(i % 4));
  }
  // Independent: √(p(1 − p)/n), here with n/(n − 1). Four units of ten alike: as if there were four.
  expect(apart.scores(popularities).hitRate[1]!.error).toBeCloseTo(Math.sqrt(0.25 / 39));
  expect(together.scores(popularities).hitRate[1]!.error).toBeCloseTo(Math.sqrt(0.25 / 3));
});
