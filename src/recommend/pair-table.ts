import { grown } from './buffer.ts';
import { RowPool } from './row-pool.ts';

const width = 3;

/**
 * Exact counts of unordered pairs of items: how many visits bought both, and how many put both in the cart.
 *
 * An open-addressing table finds a pair; its counts lie in the rows of both items, so that all companions of an item
 * are read in one sweep. 48 bytes a pair and slack. When `limit` pairs are reached, the rarest are forgotten until at
 * most half are left, and `forgotten` says how many: until then every count is exact (recommender-quality §4a:
 * bounded tables lose quality on wide carts).
 */
export class PairTable {
  readonly #limit: number;
  #size = 0;
  #low = new Int32Array(64);
  #high = new Int32Array(64);
  /** Which entry of its item's row the pair is. */
  #placeLow = new Int32Array(64);
  #placeHigh = new Int32Array(64);
  /** Hash slots: number of a pair plus one, or 0. Always a power of two, at most half full. */
  #slots = new Int32Array(128);
  /** Entries: companion, bought, carted. */
  #rows = new RowPool(width);
  forgotten = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** One more visit bought, or carted, `x` and `y` (different items). */
  add(x: number, y: number, kind: 'bought' | 'carted'): void {
    const low = Math.min(x, y);
    const high = Math.max(x, y);
    const slot = this.#slotOf(low, high);
    const known = this.#slots[slot]! - 1;
    const pair = known === -1 ? this.#insert(low, high, slot) : known;
    const count = kind === 'bought' ? 1 : 2;
    const { cells } = this.#rows;
    cells[this.#rows.start(low) + this.#placeLow[pair]! * width + count]!++;
    cells[this.#rows.start(high) + this.#placeHigh[pair]! * width + count]!++;
  }

  /** How many visits bought, and carted, both. */
  counts(x: number, y: number): { bought: number; carted: number } {
    const pair = this.#slots[this.#slotOf(Math.min(x, y), Math.max(x, y))]! - 1;
    if (pair === -1) return { bought: 0, carted: 0 };
    const at = this.#rows.start(this.#low[pair]!) + this.#placeLow[pair]! * width;
    return { bought: this.#rows.cells[at + 1]!, carted: this.#rows.cells[at + 2]! };
  }

  /** Calls `see` for each companion of `x`. */
  companions(x: number, see: (y: number, bought: number, carted: number) => void): void {
    const { cells } = this.#rows;
    const end = this.#rows.end(x);
    for (let at = this.#rows.start(x); at < end; at += width) see(cells[at]!, cells[at + 1]!, cells[at + 2]!);
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return this.#low.length * 16 + this.#slots.length * 4 + this.#rows.bytes;
  }

  #slotOf(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const pair = this.#slots[slot]! - 1;
      if (pair === -1 || (this.#low[pair] === low && this.#high[pair] === high)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #insert(low: number, high: number, slot: number): number {
    let free = slot;
    if (this.#size >= this.#limit) {
      this.#forget();
      free = this.#slotOf(low, high);
    } else if ((this.#size + 1) * 2 > this.#slots.length) {
      this.#widen();
      free = this.#slotOf(low, high);
    }
    const pair = this.#write(low, high, [0, 0]);
    this.#slots[free] = pair + 1;
    return pair;
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let pair = 0; pair < this.#size; pair++) {
      this.#slots[this.#slotOf(this.#low[pair]!, this.#high[pair]!)] = pair + 1;
    }
  }

  /** Makes a pair with an entry in both rows; the caller fills its slot. */
  #write(low: number, high: number, counts: readonly [number, number]): number {
    const pair = this.#size++;
    if (pair >= this.#low.length) {
      this.#low = grown(this.#low, pair + 1);
      this.#high = grown(this.#high, pair + 1);
      this.#placeLow = grown(this.#placeLow, pair + 1);
      this.#placeHigh = grown(this.#placeHigh, pair + 1);
    }
    this.#low[pair] = low;
    this.#high[pair] = high;
    this.#placeLow[pair] = this.#enter(low, high, counts);
    this.#placeHigh[pair] = this.#enter(high, low, counts);
    return pair;
  }

  #enter(item: number, companion: number, [bought, carted]: readonly [number, number]): number {
    const at = this.#rows.append(item);
    this.#rows.cells[at] = companion;
    this.#rows.cells[at + 1] = bought;
    this.#rows.cells[at + 2] = carted;
    return this.#rows.length(item) - 1;
  }

  /** Forgets the rarest pairs until at most half of the limit is left. */
  #forget(): void {
    const before = this.#size;
    for (let least = 2; this.#size > this.#limit / 2; least *= 2) this.#keep(least);
    this.forgotten += before - this.#size;
  }

  #keep(least: number): void {
    const [size, rows] = [this.#size, this.#rows];
    this.#rows = new RowPool(width);
    this.#slots.fill(0);
    this.#size = 0;
    for (let pair = 0; pair < size; pair++) {
      const [low, high] = [this.#low[pair]!, this.#high[pair]!];
      const at = rows.start(low) + this.#placeLow[pair]! * width;
      const [bought, carted] = [rows.cells[at + 1]!, rows.cells[at + 2]!];
      if (bought + carted < least) continue;
      const slot = this.#slotOf(low, high);
      this.#slots[slot] = this.#write(low, high, [bought, carted]) + 1;
    }
  }
}
