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
  /** Items that are solved at most, those in the most carts. */
  items: number;
  /** Items that one item may speak for, the strongest. */
  entries: number;
}

/** Items looked at, or entries moved, between two pauses where each is a matter of nanoseconds. */
const stride = 20_000;
/** Carts told apart when the rarest items are left out. */
const counted = 4096;

/**
 * Solves the model item by item: a generator that yields after each, so that a caller can pause between them, and ends
 * with the parts. An item costs about a millisecond with 100 neighbours.
 *
 * @param size items there are, numbered from 0
 * @yields items solved so far
 */
export function* learnItems(
  counts: CartCounts,
  size: number,
  { items, leastCarts, entries, ...options }: LearnItemsOptions,
): Generator<number, ItemModelParts> {
  const solver = new ItemSolver(counts, options);
  const { least, chosen } = yield* leastOf(counts, size, { items, leastCarts });
  const heard = new Heard(chosen * options.neighbours);
  let solved = 0;
  for (let item = 0; item < size; item++) {
    if (item % stride === stride - 1) yield solved;
    if (counts.carts(item) < least) continue;
    heard.add(item, solver.solve(item));
    yield ++solved;
  }
  return yield* heard.rows(size, { entries, solved });
}

/** In how many carts an item must have been, so that at most `items` are chosen. */
function* leastOf(
  counts: CartCounts,
  size: number,
  { items, leastCarts }: { items: number; leastCarts: number },
): Generator<number, { least: number; chosen: number }> {
  const having = new Int32Array(counted + 1);
  for (let item = 0; item < size; item++) {
    if (item % stride === stride - 1) yield 0;
    having[Math.min(counted, Math.floor(counts.carts(item)))]!++;
  }
  let [least, chosen] = [counted, having[counted]!];
  while (least > leastCarts && chosen + having[least - 1]! <= items) chosen += having[--least]!;
  return { least, chosen };
}

/** Who speaks for whom, as it is solved; and then by who speaks. Room is taken once: growing would be a long pause. */
class Heard {
  readonly #voices: Int32Array;
  readonly #items: Int32Array;
  readonly #weights: Float32Array;
  #count = 0;

  constructor(room: number) {
    this.#voices = new Int32Array(room);
    this.#items = new Int32Array(room);
    this.#weights = new Float32Array(room);
  }

  add(item: number, voices: { items: Int32Array; weights: Float64Array; length: number }): void {
    for (let n = 0; n < voices.length; n++) {
      // Counts go on while we solve: an item that has come up meanwhile may find no room.
      if (!(voices.weights[n]! > 0) || this.#count === this.#items.length) continue;
      this.#voices[this.#count] = voices.items[n]!;
      this.#items[this.#count] = item;
      this.#weights[this.#count++] = voices.weights[n]!;
    }
  }

  *rows(size: number, { entries, solved }: { entries: number; solved: number }): Generator<number, ItemModelParts> {
    const rowOf = new Int32Array(size);
    const lengths: number[] = [];
    for (let at = 0; at < this.#count; at++) {
      if (at % stride === 0) yield solved;
      const voice = this.#voices[at]!;
      if (rowOf[voice] === 0) rowOf[voice] = lengths.push(0);
      lengths[rowOf[voice]! - 1]!++;
    }
    const starts = sumsOf(lengths);
    const order = new Int32Array(this.#count);
    const filled = starts.slice();
    for (let at = 0; at < this.#count; at++) {
      if (at % stride === 0) yield solved;
      order[filled[rowOf[this.#voices[at]!]! - 1]!++] = at;
    }
    const begin = sumsOf(lengths.map((length) => Math.min(length, entries)));
    const [items, weights] = [new Int32Array(begin.at(-1)!), new Float32Array(begin.at(-1)!)];
    for (let row = 0; row < lengths.length; row++) {
      if (row % 100 === 0) yield solved;
      this.#write(order.subarray(starts[row], starts[row + 1]), { begin: begin[row]!, entries, items, weights });
    }
    return { rowOf, begin, items, weights };
  }

  /** The strongest of a row, in order. */
  #write(row: Int32Array, into: { begin: number; entries: number; items: Int32Array; weights: Float32Array }): void {
    row.sort((a, b) => this.#weights[b]! - this.#weights[a]! || this.#items[a]! - this.#items[b]!);
    for (let n = 0; n < row.length && n < into.entries; n++) {
      into.items[into.begin + n] = this.#items[row[n]!]!;
      into.weights[into.begin + n] = this.#weights[row[n]!]!;
    }
  }
}

/** Where each of rows of these lengths begins, and where the last ends. */
function sumsOf(lengths: readonly number[]): Int32Array {
  const sums = new Int32Array(lengths.length + 1);
  for (let row = 0; row < lengths.length; row++) sums[row + 1] = sums[row]! + lengths[row]!;
  return sums;
}
