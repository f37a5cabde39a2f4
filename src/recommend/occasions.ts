import { IdTable } from './id-table.ts';
import type { Kept } from './kept.ts';
import { PagedRows, type Sweep } from './paged-rows.ts';

/** Occasions copied between two pauses. */
const stride = 500;

/** What was done with an item, as bits of a step. */
export const bits = { view: 1, cart: 2, purchase: 4 } as const;
const kindBits = 3;
const kindMask = 7;

export function itemOf(step: number): number {
  return step >> kindBits;
}

/** Where the last occasions of an item lie: the `back`-th newest at `page[base + ((newest - back) & mask)]`. */
export interface Ring {
  page: Int32Array;
  base: number;
  newest: number;
  mask: number;
  length: number;
}

/** What one event was to its occasion. */
export interface Entered {
  /** Its number; equal to the count before when it is new. */
  occasion: number;
  /** The first event of this kind with this item in it. */
  isFirst: boolean;
  /** A step was added to it, by an item new to it or one that came back. */
  isStep: boolean;
  /** The item had been on it before. */
  isBack: boolean;
}

/**
 * What happened on each occasion, a visit or an order: its last items in the order in which they came, what was done
 * with each, and when the last was. And for each item the last occasions it was in. Both are rings (recommender-quality
 * §6), so memory and the time of an answer are bounded however long it goes on.
 */
export class Occasions {
  /** The oldest that is kept. Numbers go on rising; ids and steps lie by how far a number is from this one. */
  #first = 0;
  #ids = new IdTable();
  /** Noted beside each occasion: when it ended, seconds since 1970. */
  #steps: PagedRows;
  readonly #rings: PagedRows;
  readonly #longest: number;
  readonly #ring: Ring;
  readonly #entered: Entered = { occasion: 0, isFirst: false, isStep: false, isBack: false };

  /** @param options powers of two; `longest`: after so many steps an occasion is no shopper's, and no more are added */
  constructor(options: { steps: number; ring: number; longest: number }) {
    this.#steps = stepRows(options.steps);
    this.#rings = new PagedRows({ width: 1, first: 2, cap: options.ring });
    this.#longest = options.longest;
    this.#ring = { page: new Int32Array(0), base: 0, newest: 0, mask: options.ring - 1, length: 0 };
  }

  /** How many there ever were; their numbers are below this. */
  get size(): number {
    return this.#first + this.#ids.size;
  }

  /** The number of the oldest that is kept. */
  get first(): number {
    return this.#first;
  }

  /** The most steps that are kept of one. */
  get mostSteps(): number {
    return this.#steps.cap;
  }

  /**
   * Takes in one event of the occasion whose id has this mark. The answer is good until the next call. A cart or purchase of an item that is already there
   * marks its newest step; so does a view that follows a step with the same item.
   *
   * @returns null when the occasion is too long to be believed
   */
  enter({ low, high }: { low: number; high: number }, item: number, bit: number, at: number): Entered | null {
    const entered = this.#entered;
    const row = this.#ids.addMark(low, high);
    const total = this.#steps.total(row);
    if (total >= this.#longest) return null;
    const occasion = (entered.occasion = this.#first + row);
    const known = this.#marksOf(row, item);
    entered.isFirst = (known & bit) === 0;
    entered.isBack = known !== 0;
    entered.isStep = known === 0 || (bit === bits.view && !this.#isNewest(row, item));
    if (entered.isStep) {
      const place = this.#steps.push(row);
      this.#steps.page(row)[place] = (item << kindBits) | bit;
    } else if (entered.isFirst) this.#mark(row, item, bit);
    const seconds = Math.max(0, Math.floor(at / 1000));
    if (seconds > this.#steps.note(row)) this.#steps.setNote(row, seconds);
    if (known === 0) {
      const place = this.#rings.push(item);
      this.#rings.page(item)[place] = occasion;
    }
    return entered;
  }

  /** Reads where `enter` will look, for the occasion whose mark begins so and for an item; then `warmRing` what is there. */
  warm(low: number, item: number): number {
    return this.#ids.warm(low) + this.#rings.warmHead(item);
  }

  warmRing(item: number): number {
    return this.#rings.warm(item);
  }

  /** Steps kept of an occasion; none when it was forgotten or retired. */
  length(occasion: number): number {
    return occasion < this.#first ? 0 : this.#steps.length(occasion - this.#first);
  }

  /** The `back`-th newest step (from 0), to be read with `itemOf` and `bits`. */
  step(occasion: number, back: number): number {
    return this.#stepOf(occasion - this.#first, back);
  }

  /** Writes the kept steps, oldest first, into `into` from `at` on, where there is room for them. @returns how many */
  read(occasion: number, into: Int32Array, at = 0): number {
    const length = this.length(occasion);
    if (length === 0) return 0;
    const row = occasion - this.#first;
    const page = this.#steps.page(row);
    const base = this.#steps.base(row);
    const total = this.#steps.total(row);
    if (total === length) for (let i = 0; i < length; i++) into[at + i] = page[base + i]!;
    else for (let i = 0; i < length; i++) into[at + i] = page[this.#steps.placeOf(row, total - length + i)]!;
    return length;
  }

  /** The steps of `count` occasions, as `read` has them. */
  readAll(occasions: Int32Array, count: number, into: Sweep): void {
    this.#steps.sweep(occasions, { count, first: this.#first }, into);
  }

  /** The last occasions of an item, to be read in one sweep; good until the next call or event. */
  ringOf(item: number): Readonly<Ring> {
    const ring = this.#ring;
    ring.length = this.#rings.length(item);
    if (ring.length === 0) return ring;
    ring.page = this.#rings.page(item);
    ring.base = this.#rings.base(item);
    ring.newest = this.#rings.total(item) - 1;
    return ring;
  }

  /** When its last event was, UTC ms. */
  endedAt(occasion: number): number {
    return occasion < this.#first ? 0 : this.#steps.note(occasion - this.#first) * 1000;
  }

  /** On how many occasions the item was, whatever was done with it. */
  count(item: number): number {
    return this.#rings.total(item);
  }

  /** Of how many of them the ring still knows. */
  known(item: number): number {
    return this.#rings.length(item);
  }

  /** The `back`-th newest occasion (from 0) the item was in. */
  occasion(item: number, back: number): number {
    return this.#rings.page(item)[this.#rings.placeOf(item, this.#rings.total(item) - 1 - back)]!;
  }

  /** The number of the occasion whose id has this mark, or -1. */
  findMark(low: number, high: number): number {
    const row = this.#ids.findMark(low, high);
    return row === -1 ? -1 : this.#first + row;
  }

  /** The mark of its id; nothing is found by that of a forgotten one. */
  markOf(occasion: number): { low: number; high: number } {
    return this.#ids.markOf(occasion - this.#first);
  }

  /** Takes an occasion out of every list to come: its steps are gone, and its id leads nowhere. */
  forget(occasion: number): void {
    this.#steps.clear(occasion - this.#first);
    this.#ids.forget(occasion - this.#first);
  }

  /**
   * Makes room: a generator that copies what is kept, and ends with what puts the copy in place and lets all occasions
   * before `first` go. Until that is called nothing changes, and meanwhile nothing may be entered or forgotten. Rings go
   * on naming those that went, with no steps, until they are overwritten; how often an item was met stays.
   */
  *retire(first: number): Generator<void, () => void> {
    const [ids, steps] = [new IdTable(), stepRows(this.#steps.cap)];
    for (let row = first - this.#first; row < this.#ids.size; row++) {
      const { low, high } = this.#ids.markOf(row);
      const to = ids.addMark(low, high);
      for (let back = this.#steps.length(row) - 1; back >= 0; back--) {
        const place = steps.push(to);
        steps.page(to)[place] = this.#stepOf(row, back);
      }
      if (steps.length(to) > 0) steps.setNote(to, this.#steps.note(row));
      if (row % stride === 0) yield;
    }
    return () => ([this.#first, this.#ids, this.#steps] = [first, ids, steps]);
  }

  get bytes(): number {
    return this.#ids.bytes + this.#steps.bytes + this.#rings.bytes;
  }

  keep(): Kept {
    return {
      first: this.#first,
      ids: this.#ids.keep(),
      steps: this.#steps.keep(),
      rings: this.#rings.keep(),
    };
  }

  restore(kept: Kept): void {
    this.#first = kept.first as number;
    this.#ids.restore(kept.ids as Kept);
    this.#steps.restore(kept.steps as Kept);
    this.#rings.restore(kept.rings as Kept);
  }

  /** What was done with the item on this occasion, by all its kept steps. */
  #marksOf(row: number, item: number): number {
    const length = this.#steps.length(row);
    if (length === 0) return 0;
    const page = this.#steps.page(row);
    const base = this.#steps.base(row);
    let marks = 0;
    for (let i = base; i < base + length; i++) {
      if (page[i]! >> kindBits === item) marks |= page[i]! & kindMask;
    }
    return marks;
  }

  #stepOf(row: number, back: number): number {
    return this.#steps.page(row)[this.#steps.placeOf(row, this.#steps.total(row) - 1 - back)]!;
  }

  #isNewest(row: number, item: number): boolean {
    return this.#steps.length(row) > 0 && itemOf(this.#stepOf(row, 0)) === item;
  }

  #mark(row: number, item: number, bit: number): void {
    const page = this.#steps.page(row);
    const total = this.#steps.total(row);
    for (let nth = total - 1; nth >= total - this.#steps.length(row); nth--) {
      const place = this.#steps.placeOf(row, nth);
      if (page[place]! >> kindBits !== item) continue;
      page[place]! |= bit;
      return;
    }
  }
}

function stepRows(cap: number): PagedRows {
  return new PagedRows({ width: 1, first: 2, cap, noted: true });
}
