import { Fading } from './fading.ts';
import type { Kept } from './kept.ts';
import { PagedRows } from './paged-rows.ts';

const width = 2;

/** Entries from `begin` to `end`, two places each: the item at `items[at]`, its weight at `weights[at + 1]`. */
export interface TransitionRow {
  items: Int32Array;
  weights: Float32Array;
  begin: number;
  end: number;
}

/**
 * For each item what was done after it, with weights that fade: at most `cap` entries an item. A new entry of a full
 * row takes the place of the lightest, and begins with its own weight only, so no weight says more than what happened
 * (recommender-quality §6: bounded tables for views). 8 bytes an entry.
 */
export class Transitions {
  readonly #cap: number;
  /** Records: item, weight as float32. */
  readonly #rows: PagedRows;
  readonly #fading: Fading;
  readonly #row: TransitionRow = { items: new Int32Array(0), weights: new Float32Array(0), begin: 0, end: 0 };

  /** @param options `cap`: a power of two */
  constructor(options: { cap: number; halfLifeMs: number }) {
    this.#cap = options.cap;
    this.#rows = new PagedRows({ width, first: 2, cap: options.cap });
    this.#fading = new Fading({ halfLifeMs: options.halfLifeMs, onScale: (by) => this.#rows.scale(1, by) });
  }

  /** What a step at `at` weighs, to be shared by all the `add`s it makes. */
  weight(at: number): number {
    return this.#fading.weight(at);
  }

  /** `y` came after `x`, with so much weight. */
  add(x: number, y: number, weight: number): void {
    const length = this.#rows.length(x);
    let lightest = -1;
    if (length > 0) {
      const page = this.#rows.page(x);
      const base = this.#rows.base(x);
      const end = base + length * width;
      let at = base;
      // Two at a time, as rows may be long and are read at every step.
      while (at + width < end && page[at] !== y && page[at + width] !== y) at += 2 * width;
      for (; at < end; at += width) {
        if (page[at] !== y) continue;
        this.#rows.floats(x)[at + 1]! += weight;
        return;
      }
      if (length >= this.#cap) lightest = this.#lightest(x);
    }
    const place = lightest === -1 ? this.#rows.push(x) : lightest;
    this.#rows.page(x)[place] = y;
    this.#rows.floats(x)[place + 1] = weight;
  }

  /** Reads where it stands what is after an item; then `warmRow` all of it, so that it is at hand. */
  warm(x: number): number {
    return this.#rows.warmHead(x);
  }

  warmRow(x: number): number {
    return this.#rows.warmWhole(x);
  }

  /** The weight of `y` after `x`, to be compared with others of this table. */
  of(x: number, y: number): number {
    const { items, weights, begin, end } = this.row(x);
    for (let at = begin; at < end; at += width) if (items[at] === y) return weights[at + 1]!;
    return 0;
  }

  /** Where the entries of `x` lie; good until the next call or `add`. */
  row(x: number): Readonly<TransitionRow> {
    const row = this.#row;
    const length = this.#rows.length(x);
    if (length === 0) {
      row.end = row.begin = 0;
      return row;
    }
    row.items = this.#rows.page(x);
    row.weights = this.#rows.floats(x);
    row.begin = this.#rows.base(x);
    row.end = row.begin + length * width;
    return row;
  }

  /** What `weight` comes to at `now`, as a number of steps. */
  worth(weight: number, now: number): number {
    return this.#fading.worth(weight, now);
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  keep(): Kept {
    return { rows: this.#rows.keep(), fading: this.#fading.keep() };
  }

  restore(kept: Kept): void {
    this.#rows.restore(kept.rows as Kept);
    this.#fading.restore(kept.fading as Kept);
  }

  #lightest(x: number): number {
    const floats = this.#rows.floats(x);
    const base = this.#rows.base(x);
    let lightest = base;
    for (let at = base; at < base + this.#cap * width; at += width) {
      if (floats[at + 1]! < floats[lightest + 1]!) lightest = at;
    }
    return lightest;
  }
}
