import { expect, it, test } from 'vitest';
import { supported, type List } from './list.ts';

/** Items a0, b1, c2 … with as many visits as their place, again and again from 0 after `most`. */
function counted(size: number, most: number, asked: number[] = []): List {
  return (limit, accept) => {
    asked.push(limit);
    const all = Array.from({ length: size }, (_, i) => ({ id: `i${i}`, score: 1 / (i + 1), count: i % (most + 1) }));
    return all
      .filter(({ id }) => accept(id))
      .slice(0, limit)
      .map((one) => ({ ...one, weight: one.score, key: 'k', by: 'viewed-together' as const }));
  };
}

test.each([
  [5, 3, ['i5', 'i11', 'i17']],
  [4, 3, ['i4', 'i5', 'i10']],
  [6, 3, []],
  [1, 2, ['i0', 'i1']],
])('supported() by %d visits: the first %d that have as many (ALG-12)', (support, limit, expected) => {
  expect(supported(counted(100, 5), support)(limit, () => true).map(({ id }) => id)).toEqual(expected);
});

it('supported() fills the places as long as there are items, and asks no deeper than the list', () => {
  const asked: number[] = [];
  const list = supported(counted(60, 5, asked), 5);
  expect(list(10, (id) => id !== 'i5')).toHaveLength(9);
  expect(asked).toEqual([20, 80]);
});
