import { expect, test } from 'vitest';
import { learnItems, type LearnItemsOptions } from './learn-items.ts';
import type { CartCounts } from './solve-items.ts';

const together: Record<string, number> = { '0-1': 2, '0-2': 1 };
const counts: CartCounts = {
  carts: (item) => [3, 2, 1, 0][item]!,
  together: (a, b) => together[`${Math.min(a, b)}-${Math.max(a, b)}`] ?? 0,
  companions: (item, see) => {
    for (let other = 0; other < 4; other++) if (other !== item) see(other, counts.together(item, other));
  },
};

function learned(options: Partial<LearnItemsOptions> = {}) {
  const steps = learnItems(counts, 4, { ridge: 1, neighbours: 10, leastCarts: 1, items: 10, entries: 10, ...options });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The row of an item as [item it speaks for, weight]. */
function rowOf(parts: ReturnType<typeof learned>, item: number): [number, number][] {
  const row = parts.rowOf[item]! - 1;
  if (row === -1) return [];
  const places = Array.from({ length: parts.begin[row + 1]! - parts.begin[row]! }, (_none, n) => parts.begin[row]! + n);
  return places.map((at) => [parts.items[at]!, Number(parts.weights[at]!.toFixed(4))]);
}

test('a row lists whom an item speaks for, strongest first', () => {
  // 2 of 3 carts with item 0 have item 1: 2 / (3 + 1); one has item 2: 1 / (3 + 1).
  expect(rowOf(learned(), 0)).toEqual([
    [1, 0.5],
    [2, 0.25],
  ]);
  expect(rowOf(learned(), 3)).toEqual([]);
});

test('a row keeps its strongest entries, and rare items are not solved', () => {
  expect(rowOf(learned({ entries: 1 }), 0)).toEqual([[1, 0.5]]);
  expect(rowOf(learned({ leastCarts: 2 }), 0)).toEqual([[1, 0.5]]);
});

test('with more items than may be solved, those in the fewest carts are left out', () => {
  expect(rowOf(learned({ items: 1 }), 1)).toEqual([[0, 0.6667]]);
  expect(rowOf(learned({ items: 1 }), 0)).toEqual([]);
  expect(rowOf(learned({ items: 2 }), 0)).toEqual([[1, 0.5]]);
});
