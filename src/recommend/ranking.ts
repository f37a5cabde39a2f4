import { grown } from './buffer.ts';

/** Zero of the growing weights; any fixed time does, so that two replicas weigh alike. */
const epoch = Date.UTC(2026, 0, 1);

/**
 * Items ranked by how many visits did something with them, where a visit counts half as much every `halfLife`.
 *
 * Instead of letting old weights shrink, new ones grow (weight 2^((t − epoch) / halfLife)), so nothing is ever swept
 * and the order does not depend on the moment of asking. Weights are rounded to 20 bits after their leading one: sums
 * over some hundred days are then exact, and the order does not depend on the order in which events were learned.
 */
export class Ranking {
  readonly #halfLife: number;
  readonly #depth: number;
  readonly #nameOf: (item: number) => string;
  #weight = new Float64Array(64);
  #visits = new Uint32Array(64);
  /** Place in `#top`, or -1. */
  #place = new Int32Array(64).fill(-1);
  /** The best `depth` items in order: exact, because weights only grow. */
  readonly #top: number[] = [];
  /** The others, sorted only when somebody asks so deep. */
  #rest: number[] | null = null;

  constructor(options: { halfLifeMs: number; depth: number; nameOf: (item: number) => string }) {
    this.#halfLife = options.halfLifeMs;
    this.#depth = options.depth;
    this.#nameOf = options.nameOf;
  }

  /** One more visit did it with `item` at `at` (UTC ms). */
  add(item: number, at: number): void {
    if (item >= this.#weight.length) {
      this.#weight = grown(this.#weight, item + 1);
      this.#visits = grown(this.#visits, item + 1);
      this.#place = grown(this.#place, item + 1, -1);
    }
    this.#visits[item]!++;
    this.#weight[item]! += weightOf((at - epoch) / this.#halfLife);
    this.#rest = null;
    this.#rise(item);
  }

  /** How many visits ever did it. */
  visits(item: number): number {
    return this.#visits[item] ?? 0;
  }

  /** Comparable among the items of this ranking only. */
  weight(item: number): number {
    return this.#weight[item] ?? 0;
  }

  /** The item at a rank from 0, or -1 when no more items have any weight. */
  at(rank: number): number {
    if (rank < this.#top.length) return this.#top[rank]!;
    this.#rest ??= this.#sortRest();
    return this.#rest[rank - this.#top.length] ?? -1;
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return this.#weight.length * 16 + this.#top.length * 8;
  }

  #rise(item: number): void {
    let place = this.#place[item]!;
    if (place === -1) {
      if (this.#top.length < this.#depth) place = this.#top.push(item) - 1;
      else {
        const last = this.#top[this.#depth - 1]!;
        if (this.#order(item, last) > 0) return;
        this.#place[last] = -1;
        place = this.#depth - 1;
      }
    }
    for (; place > 0 && this.#order(item, this.#top[place - 1]!) < 0; place--) {
      const passed = this.#top[place - 1]!;
      this.#top[place] = passed;
      this.#place[passed] = place;
    }
    this.#top[place] = item;
    this.#place[item] = place;
  }

  #sortRest(): number[] {
    const rest: number[] = [];
    for (let item = 0; item < this.#weight.length; item++) {
      if (this.#weight[item]! > 0 && this.#place[item] === -1) rest.push(item);
    }
    return rest.sort((a, b) => this.#order(a, b));
  }

  /** Heavier first, then by id. */
  #order(a: number, b: number): number {
    return this.#weight[b]! - this.#weight[a]! || (this.#nameOf(a) < this.#nameOf(b) ? -1 : 1);
  }
}

/** 2^x with 20 bits after the leading one; never zero or infinite, whatever time a source claims. */
function weightOf(x: number): number {
  const exponent = Math.max(-900, Math.min(900, Math.floor(x)));
  const fraction = Math.max(0, Math.min(1, x - exponent));
  return Math.round(2 ** (fraction + 20)) * 2 ** (exponent - 20);
}
