import { expect, test } from 'vitest';
import { ItemSolver, type CartCounts } from './solve-items.ts';

/** Counts of carts given as lists of item numbers. */
function countsOf(carts: readonly number[][]): CartCounts {
  const together = (a: number, b: number) => carts.filter((cart) => cart.includes(a) && cart.includes(b)).length;
  return {
    carts: (item) => carts.filter((cart) => cart.includes(item)).length,
    together,
    companions: (item, see) => {
      for (const other of new Set(carts.flat())) if (other !== item) see(other, together(item, other));
    },
  };
}

/** Weights for `item` by other item. */
function solved(carts: readonly number[][], item: number, options = { ridge: 1, neighbours: 10 }) {
  const { items, weights, length } = new ItemSolver(countsOf(carts), options).solve(item);
  return new Map(Array.from({ length }, (_none, n) => [items[n]!, weights[n]!]));
}

test('one neighbour speaks with its share of carts, the ridge added: 2 / (3 + 1)', () => {
  expect(solved([[1, 2], [1, 2], [1]], 2).get(1)).toBeCloseTo(0.5, 12);
});

test('two neighbours are heard besides each other, as worked out by hand', () => {
  // Gram of 1 and 2 with ridge 1: [[4, 2], [2, 3]]; with item 3: [2, 1]. Solution: [4/8, 0/8].
  const weights = solved(
    [
      [1, 2, 3],
      [1, 3],
      [1, 2],
    ],
    3,
  );
  expect(weights.get(1)).toBeCloseTo(0.5, 12);
  expect(weights.get(2)).toBeCloseTo(0, 12);
});

test('only so many neighbours speak, the most alike', () => {
  const carts = [[1, 9], [1, 9], [1, 9], [2, 9], [2], [2], [2]];
  expect([...solved(carts, 9, { ridge: 1, neighbours: 1 }).keys()]).toEqual([1]);
});

test('an item that was never with another has no voices', () => {
  expect(solved([[1], [2]], 1).size).toBe(0);
});

test('the order of carts changes nothing', () => {
  const carts = [
    [1, 2, 3],
    [1, 3],
    [1, 2],
    [2, 3, 4],
    [4, 1],
  ];
  expect(solved(carts.toReversed(), 3)).toEqual(solved(carts, 3));
});
