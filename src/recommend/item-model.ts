import type { Kept } from './kept.ts';
import type { ItemModelParts } from './learn-items.ts';

/** Of what a model was learned. */
export interface Lore {
  /** UTC ms. */
  learnedAt: number;
  /** Carts known then. */
  carts: number;
}

/**
 * Weights between items, learned over all carts at once: for each item those it speaks for and how loudly. Made as a
 * whole and replaced as a whole; never changed in between.
 */
export class ItemModel {
  readonly lore: Lore;
  /** Item → its row plus one, or 0. */
  readonly #rowOf: Int32Array;
  /** Rows end where the next begins; one more entry than rows. */
  readonly #begin: Int32Array;
  readonly #items: Int32Array;
  readonly #weights: Float32Array;

  constructor(parts: ItemModelParts, lore: Lore) {
    this.lore = lore;
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

  /** How loudly `item` speaks for `other`; 0 when it does not. */
  weight(item: number, other: number): number {
    const row = (this.#rowOf[item] ?? 0) - 1;
    if (row === -1) return 0;
    const at = this.#items.subarray(this.#begin[row]!, this.#begin[row + 1]!).indexOf(other);
    return at === -1 ? 0 : this.#weights[this.#begin[row]! + at]!;
  }

  /** Items it knows. */
  get size(): number {
    return this.#begin.length - 1;
  }

  get bytes(): number {
    return this.#rowOf.byteLength + this.#begin.byteLength + this.#items.byteLength + this.#weights.byteLength;
  }

  keep(): Kept {
    return { rowOf: this.#rowOf, begin: this.#begin, items: this.#items, weights: this.#weights, ...this.lore };
  }

  static restored(kept: Kept): ItemModel {
    const parts = {
      rowOf: kept.rowOf as Int32Array,
      begin: kept.begin as Int32Array,
      items: kept.items as Int32Array,
      weights: kept.weights as Float32Array,
    };
    return new ItemModel(parts, { learnedAt: kept.learnedAt as number, carts: kept.carts as number });
  }
}
