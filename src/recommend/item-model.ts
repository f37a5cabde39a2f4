import type { Kept } from './kept.ts';

/**
 * Weights between items, learned over all carts at once (EASE): for each of the most carted items the items that speak
 * for it and how loudly. Made as a whole and replaced as a whole; never changed in between.
 */
export class ItemModel {
  /** Item → its row plus one, or 0. */
  readonly #rowOf: Int32Array;
  /** Rows end where the next begins; one more entry than rows. */
  readonly #begin: Int32Array;
  readonly #items: Int32Array;
  readonly #weights: Float32Array;

  constructor(parts: { rowOf: Int32Array; begin: Int32Array; items: Int32Array; weights: Float32Array }) {
    this.#rowOf = parts.rowOf;
    this.#begin = parts.begin;
    this.#items = parts.items;
    this.#weights = parts.weights;
  }

  knows(item: number): boolean {
    return (this.#rowOf[item] ?? 0) > 0;
  }

  /** Calls `see` for each item that goes with `item`; weights are above 0. */
  companions(item: number, see: (other: number, weight: number) => void): void {
    const row = (this.#rowOf[item] ?? 0) - 1;
    if (row === -1) return;
    for (let at = this.#begin[row]!; at < this.#begin[row + 1]!; at++) see(this.#items[at]!, this.#weights[at]!);
  }

  /** Items it knows. */
  get size(): number {
    return this.#begin.length - 1;
  }

  get bytes(): number {
    return this.#rowOf.byteLength + this.#begin.byteLength + this.#items.byteLength + this.#weights.byteLength;
  }

  keep(): Kept {
    return { rowOf: this.#rowOf, begin: this.#begin, items: this.#items, weights: this.#weights };
  }

  static restored(kept: Kept): ItemModel {
    return new ItemModel({
      rowOf: kept.rowOf as Int32Array,
      begin: kept.begin as Int32Array,
      items: kept.items as Int32Array,
      weights: kept.weights as Float32Array,
    });
  }
}
