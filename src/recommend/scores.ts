import { grown } from './buffer.ts';

/** An item with its score. */
export interface ItemScore {
  item: number;
  score: number;
}

/** A scratch of scores by item number: dense to add to, cheap to clear, and able to name the best. Amounts are above 0. */
export class Scores {
  #sum = new Float64Array(64);
  #touched = new Int32Array(64);
  #count = 0;

  add(item: number, amount: number): void {
    if (item >= this.#sum.length) this.#sum = grown(this.#sum, item + 1);
    if (this.#sum[item] === 0) {
      if (this.#count === this.#touched.length) this.#touched = grown(this.#touched, this.#count + 1);
      this.#touched[this.#count++] = item;
    }
    this.#sum[item]! += amount;
  }

  get size(): number {
    return this.#count;
  }

  score(item: number): number {
    return this.#sum[item] ?? 0;
  }

  /** Items that have a score, in the order they came. */
  items(): number[] {
    return Array.from(this.#touched.subarray(0, this.#count));
  }

  /** The largest score there is; 0 when there is none. */
  get most(): number {
    let most = 0;
    for (let i = 0; i < this.#count; i++) {
      const score = this.#sum[this.#touched[i]!]!;
      if (score > most) most = score;
    }
    return most;
  }

  /** Replaces each score by what `by` makes of it, which is above 0. */
  change(by: (item: number, score: number) => number): void {
    for (let i = 0; i < this.#count; i++) {
      const item = this.#touched[i]!;
      this.#sum[item] = by(item, this.#sum[item]!);
    }
  }

  /** Adds each score of `other` so that its best one comes to `share` (recommender-quality §6: score fusion). */
  mix(other: Scores, share: number): void {
    const most = other.most;
    if (most <= 0 || share <= 0) return;
    for (let i = 0; i < other.#count; i++) {
      const item = other.#touched[i]!;
      const amount = (other.#sum[item]! / most) * share;
      if (amount > 0) this.add(item, amount);
    }
  }

  clear(): void {
    for (let i = 0; i < this.#count; i++) this.#sum[this.#touched[i]!] = 0;
    this.#count = 0;
  }

  /**
   * The best `limit` items that pass `accept`, best first. The filter works inside the choice, over all candidates,
   * so that no rule starves the answer. `order` tells two items of one score apart (negative: the first is better).
   */
  top(limit: number, accept: (item: number) => boolean, order: (a: number, b: number) => number): ItemScore[] {
    if (limit <= 0) return [];
    const best = new Heap(order);
    for (let i = 0; i < this.#count; i++) {
      const item = this.#touched[i]!;
      const score = this.#sum[item]!;
      const isFull = best.size === limit;
      // Only who would be among the best is asked, as the rules note whom they turn away.
      if ((isFull && !best.isAboveLeast(item, score)) || !accept(item)) continue;
      if (isFull) best.replaceLeast(item, score);
      else best.add(item, score);
    }
    return best.sorted();
  }
}

/** Items with their scores, the least of them at the head. */
class Heap {
  readonly #order: (a: number, b: number) => number;
  readonly #items: number[] = [];
  readonly #scores: number[] = [];

  constructor(order: (a: number, b: number) => number) {
    this.#order = order;
  }

  get size(): number {
    return this.#items.length;
  }

  isAboveLeast(item: number, score: number): boolean {
    return this.#isBetter(item, score, 0);
  }

  add(item: number, score: number): void {
    let place = this.#items.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#isBetter(item, score, parent)) break;
      this.#put(place, this.#items[parent]!, this.#scores[parent]!);
      place = parent;
    }
    this.#put(place, item, score);
  }

  replaceLeast(item: number, score: number): void {
    this.#sink(item, score, this.#items.length);
  }

  /** All, best first; the heap is spent by it. */
  sorted(): ItemScore[] {
    const list: ItemScore[] = [];
    for (let left = this.#items.length; left > 0; left--) {
      list.push({ item: this.#items[0]!, score: this.#scores[0]! });
      this.#sink(this.#items[left - 1]!, this.#scores[left - 1]!, left - 1);
    }
    return list.reverse();
  }

  /** Puts an entry at the head of the first `size` and lets it sink to its place. */
  #sink(item: number, score: number, size: number): void {
    let place = 0;
    for (let child = 1; child < size; child = place * 2 + 1) {
      if (child + 1 < size && this.#isBetter(this.#items[child]!, this.#scores[child]!, child + 1)) child++;
      if (!this.#isBetter(item, score, child)) break;
      this.#put(place, this.#items[child]!, this.#scores[child]!);
      place = child;
    }
    this.#put(place, item, score);
  }

  #put(place: number, item: number, score: number): void {
    this.#items[place] = item;
    this.#scores[place] = score;
  }

  #isBetter(item: number, score: number, than: number): boolean {
    const other = this.#scores[than]!;
    return score === other ? this.#order(item, this.#items[than]!) < 0 : score > other;
  }
}
