import { ItemSolver, type CartCounts, type SolveOptions } from './solve-items.ts';

/** The parts of an item model: for each item the items it speaks for, strongest first. */
export interface ItemModelParts {
  /** Item → its row plus one, or 0. */
  rowOf: Int32Array;
  /** Where rows begin, and where the last ends. */
  begin: Int32Array;
  items: Int32Array;
  weights: Float32Array;
}

export interface LearnItemsOptions extends SolveOptions {
  /** Items that were in fewer carts are not solved. */
  leastCarts: number;
  /** Items that one item may speak for, the strongest. */
  entries: number;
}

/**
 * Solves the model item by item: a generator that yields after each, so that a caller can pause between them, and ends
 * with the parts. An item costs about a millisecond with 100 neighbours.
 *
 * @param size items there are, numbered from 0
 */
export function* learnItems(
  counts: CartCounts,
  size: number,
  { leastCarts, entries, ...options }: LearnItemsOptions,
): Generator<number, ItemModelParts> {
  const solver = new ItemSolver(counts, options);
  const rows: { item: number; weight: number }[][] = Array.from({ length: size }, () => []);
  for (let item = 0; item < size; item++) {
    if (counts.carts(item) < leastCarts) continue;
    const voices = solver.solve(item);
    for (let n = 0; n < voices.length; n++) {
      const weight = voices.weights[n]!;
      if (weight > 0) keep(rows[voices.items[n]!]!, { item, weight }, entries);
    }
    yield item;
  }
  return packed(rows, entries);
}

/** Adds an entry; when a row has grown to twice its room, the weak half goes. */
function keep(row: { item: number; weight: number }[], entry: { item: number; weight: number }, room: number): void {
  row.push(entry);
  if (row.length < 2 * room) return;
  row.sort(byWeight);
  row.length = room;
}

function byWeight(a: { item: number; weight: number }, b: { item: number; weight: number }): number {
  return b.weight - a.weight || a.item - b.item;
}

function packed(rows: { item: number; weight: number }[][], entries: number): ItemModelParts {
  const rowOf = new Int32Array(rows.length);
  const filled = rows.flatMap((row, item) => {
    row.sort(byWeight);
    if (row.length > entries) row.length = entries;
    return row.length > 0 ? [{ item, row }] : [];
  });
  const begin = new Int32Array(filled.length + 1);
  filled.forEach(({ item, row }, n) => {
    rowOf[item] = n + 1;
    begin[n + 1] = begin[n]! + row.length;
  });
  const items = new Int32Array(begin[filled.length]!);
  const weights = new Float32Array(items.length);
  filled.forEach(({ row }, n) => {
    row.forEach(({ item, weight }, place) => {
      items[begin[n]! + place] = item;
      weights[begin[n]! + place] = weight;
    });
  });
  return { rowOf, begin, items, weights };
}
