import { grown } from './buffer.ts';
import type { Kept } from './kept.ts';
import { PagedRows } from './paged-rows.ts';

const width = 3;
/** Entries from `begin` to `end`, three places each: the companion, how many visits bought both, how many carted both. */
export interface PairRow {
  page: Int32Array;
  begin: number;
  end: number;
}

/** No row is ever so long: there are fewer items. */
const unbounded = 1 << 22;

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
  /** Of each pair its items, the lower number first, and which entry of each one's row it is: asked together, so side by side. */
  #pairs = new Int32Array(256);
  /** Hash slots: number of a pair plus one, or 0. Always a power of two, at most half full. */
  #slots = new Int32Array(128);
  /** Entries: companion, bought, carted. */
  #rows = newRows();
  readonly #row: PairRow = { page: new Int32Array(0), begin: 0, end: 0 };
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
    const rows = this.#rows;
    rows.page(low)[rows.placeOf(low, this.#pairs[pair * 4 + 2]!) + count]!++;
    rows.page(high)[rows.placeOf(high, this.#pairs[pair * 4 + 3]!) + count]!++;
  }

  /** How many visits bought, and carted, both. */
  counts(x: number, y: number): { bought: number; carted: number } {
    const pair = this.#slots[this.#slotOf(Math.min(x, y), Math.max(x, y))]! - 1;
    return pair === -1 ? { bought: 0, carted: 0 } : this.#countsOf(this.#rows, pair);
  }

  /** Calls `see` for each companion of `x`. */
  companions(x: number, see: (y: number, bought: number, carted: number) => void): void {
    const { page, begin, end } = this.row(x);
    for (let at = begin; at < end; at += width) see(page[at]!, page[at + 1]!, page[at + 2]!);
  }

  /** Where the companions of `x` lie; good until the next call or `add`. */
  row(x: number): Readonly<PairRow> {
    const row = this.#row;
    const length = this.#rows.length(x);
    row.begin = row.end = 0;
    if (length === 0) return row;
    row.page = this.#rows.page(x);
    row.begin = this.#rows.base(x);
    row.end = row.begin + length * width;
    return row;
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return this.#pairs.byteLength + this.#slots.byteLength + this.#rows.bytes;
  }

  keep(): Kept {
    const { forgotten } = this;
    return { size: this.#size, pairs: this.#pairs, slots: this.#slots, rows: this.#rows.keep(), forgotten };
  }

  restore(kept: Kept): void {
    this.#size = kept.size as number;
    this.#pairs = kept.pairs as Int32Array<ArrayBuffer>;
    this.#slots = kept.slots as Int32Array<ArrayBuffer>;
    this.#rows.restore(kept.rows as Kept);
    this.forgotten = kept.forgotten as number;
  }

  #countsOf(rows: PagedRows, pair: number): { bought: number; carted: number } {
    const low = this.#pairs[pair * 4]!;
    const page = rows.page(low);
    const at = rows.placeOf(low, this.#pairs[pair * 4 + 2]!);
    return { bought: page[at + 1]!, carted: page[at + 2]! };
  }

  #slotOf(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const pair = this.#slots[slot]! - 1;
      if (pair === -1 || (this.#pairs[pair * 4] === low && this.#pairs[pair * 4 + 1] === high)) return slot;
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
    const pair = this.#write(low, high, { bought: 0, carted: 0 });
    this.#slots[free] = pair + 1;
    return pair;
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let pair = 0; pair < this.#size; pair++) {
      this.#slots[this.#slotOf(this.#pairs[pair * 4]!, this.#pairs[pair * 4 + 1]!)] = pair + 1;
    }
  }

  /** Makes a pair with an entry in both rows; the caller fills its slot. */
  #write(low: number, high: number, counts: { bought: number; carted: number }): number {
    const pair = this.#size++;
    const pairs = (this.#pairs = grown(this.#pairs, pair * 4 + 4));
    pairs[pair * 4] = low;
    pairs[pair * 4 + 1] = high;
    pairs[pair * 4 + 2] = this.#enter(low, high, counts);
    pairs[pair * 4 + 3] = this.#enter(high, low, counts);
    return pair;
  }

  #enter(item: number, companion: number, { bought, carted }: { bought: number; carted: number }): number {
    const at = this.#rows.push(item);
    const page = this.#rows.page(item);
    [page[at], page[at + 1], page[at + 2]] = [companion, bought, carted];
    return this.#rows.length(item) - 1;
  }

  /** Forgets the rarest pairs until at most half of the limit is left. */
  #forget(): void {
    const before = this.#size;
    for (let least = 2; this.#size > this.#limit / 2; least *= 2) this.#keepFrom(least);
    this.forgotten += before - this.#size;
  }

  #keepFrom(least: number): void {
    const [size, rows] = [this.#size, this.#rows];
    const pairs = this.#pairs.slice();
    this.#rows = newRows();
    this.#slots.fill(0);
    this.#size = 0;
    for (let pair = 0; pair < size; pair++) {
      const [low, high] = [pairs[pair * 4]!, pairs[pair * 4 + 1]!];
      const page = rows.page(low);
      const at = rows.placeOf(low, pairs[pair * 4 + 2]!);
      const counts = { bought: page[at + 1]!, carted: page[at + 2]! };
      if (counts.bought + counts.carted < least) continue;
      const slot = this.#slotOf(low, high);
      this.#slots[slot] = this.#write(low, high, counts) + 1;
    }
  }
}

function newRows(): PagedRows {
  return new PagedRows({ width, first: 4, cap: unbounded });
}
