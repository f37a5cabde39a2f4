import { Scores } from './scores.ts';

/** What the item model is learned from: in how many carts items were, alone and together. */
export interface CartCounts {
  /** Carts with the item. */
  carts(item: number): number;
  /** Carts with both. */
  together(a: number, b: number): number;
  /** Calls `see` for each item that was in a cart with `item`. */
  companions(item: number, see: (other: number, together: number) => void): void;
}

export interface SolveOptions {
  /** Added to the diagonal; against chance in rare items. */
  ridge: number;
  /** Items that may speak for one item: the most alike. */
  neighbours: number;
}

/** Items that speak for one, and how loudly; `length` of each array counts. */
export interface Voices {
  items: Int32Array;
  weights: Float64Array;
  length: number;
}

/**
 * Weights between items by ridge regression: what share of an item's carts do its neighbours account for, when each is
 * heard besides the others? EASE solves this for all items at once, which costs items³; here each item is solved over
 * its own nearest neighbours only, which costs `neighbours`³ an item, is no worse (docs/recommend/quality.md), and needs
 * to be done again only for items whose carts have changed.
 */
export class ItemSolver {
  readonly #counts: CartCounts;
  readonly #ridge: number;
  readonly #most: number;
  readonly #matrix: Float64Array;
  readonly #voices: Voices;
  readonly #alike = new Scores();

  constructor(counts: CartCounts, { ridge, neighbours }: SolveOptions) {
    this.#counts = counts;
    this.#ridge = ridge;
    this.#most = neighbours;
    this.#matrix = new Float64Array(neighbours * neighbours);
    this.#voices = { items: new Int32Array(neighbours), weights: new Float64Array(neighbours), length: 0 };
  }

  /** Who speaks for `item`; weights may be below 0. Good until the next call. Equal counts give equal weights. */
  solve(item: number): Voices {
    const voices = this.#voices;
    voices.length = this.#choose(item);
    this.#fill(item);
    factorize(this.#matrix, voices.length);
    substitute(this.#matrix, voices.weights, voices.length);
    return voices;
  }

  /** The most alike by cosine, a little in favour of those seen often; in order of number. @returns how many */
  #choose(item: number): number {
    const [counts, alike] = [this.#counts, this.#alike];
    const carts = counts.carts(item);
    counts.companions(item, (other, together) => {
      const likeness = (together / Math.sqrt(carts * counts.carts(other))) * together ** 0.1;
      if (other !== item && likeness > 0) alike.add(other, likeness);
    });
    const found = alike.top(this.#most, () => true, byNumber);
    alike.clear();
    found.sort((a, b) => byNumber(a.item, b.item)).forEach(({ item: other }, n) => (this.#voices.items[n] = other));
    return found.length;
  }

  /** The lower half of the counts among the neighbours, and those with the item. */
  #fill(item: number): void {
    const { items, weights, length } = this.#voices;
    for (let a = 0; a < length; a++) {
      const row = a * length;
      for (let b = 0; b < a; b++) this.#matrix[row + b] = this.#counts.together(items[a]!, items[b]!);
      this.#matrix[row + a] = this.#counts.carts(items[a]!) + this.#ridge;
      weights[a] = this.#counts.together(items[a]!, item);
    }
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}

/** Cholesky factor of a symmetric matrix, in the place of its lower half. */
function factorize(matrix: Float64Array, size: number): void {
  for (let a = 0; a < size; a++) {
    const row = a * size;
    for (let b = 0; b <= a; b++) {
      const other = b * size;
      let sum = matrix[row + b]!;
      for (let k = 0; k < b; k++) sum -= matrix[row + k]! * matrix[other + k]!;
      // Counts that were pruned can make the matrix a little less than positive.
      matrix[row + b] = a === b ? Math.sqrt(Math.max(sum, 1e-6)) : sum / matrix[other + b]!;
    }
  }
}

/** Solves with a Cholesky factor, in the place of the right side. */
function substitute(factor: Float64Array, values: Float64Array, size: number): void {
  for (let a = 0; a < size; a++) {
    let sum = values[a]!;
    for (let k = 0; k < a; k++) sum -= factor[a * size + k]! * values[k]!;
    values[a] = sum / factor[a * size + a]!;
  }
  for (let a = size - 1; a >= 0; a--) {
    let sum = values[a]!;
    for (let k = a + 1; k < size; k++) sum -= factor[k * size + a]! * values[k]!;
    values[a] = sum / factor[a * size + a]!;
  }
}
