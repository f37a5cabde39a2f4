import { BestItems, type Order } from './best-items.ts';
import { grown } from './buffer.ts';

/** An item with its score. */
export interface ItemScore {
  item: number;
  score: number;
}

/** Where some items stand in a list that is there, from 1 on; 0 where they do not. */
export function placesIn(list: readonly number[], items: readonly number[]): number[] {
  const placeOf = new Map(list.map((item, i) => [item, i + 1]));
  return items.map((item) => placeOf.get(item) ?? 0);
}

/**
 * A scratch of scores by item number: what is in it lies together, found by a small table that stays in the processor's
 * cache however many items there are. Cheap to clear, and able to name the best. Amounts are above 0.
 */
export class Scores {
  /** Places plus one, or 0; a power of two, at most half full. */
  #slots = new Int32Array(1024);
  /** The high bits of a mixed number are its slot. */
  #shift = 32 - 10;
  #items = new Int32Array(512);
  #sums = new Float64Array(512);
  /** Of each place its slot. */
  #slotOf = new Int32Array(512);
  #count = 0;
  readonly #best = new BestItems();
  /** What `places` counts in. */
  #above = new Int32Array(64);
  #bars = new Float64Array(64);

  /** @returns the item's score before; 0 if it had none */
  add(item: number, amount: number): number {
    const slot = this.#find(item);
    const known = this.#slots[slot]! - 1;
    if (known === -1) {
      this.#enter(item, slot, amount);
      return 0;
    }
    const before = this.#sums[known]!;
    this.#sums[known] = before + amount;
    return before;
  }

  get size(): number {
    return this.#count;
  }

  score(item: number): number {
    const place = this.#slots[this.#find(item)]! - 1;
    return place === -1 ? 0 : this.#sums[place]!;
  }

  /** Items that have a score, in the order they came. */
  items(): number[] {
    return Array.from(this.#items.subarray(0, this.#count));
  }

  /** The largest score there is; 0 when there is none. */
  get most(): number {
    let most = 0;
    for (let i = 0; i < this.#count; i++) if (this.#sums[i]! > most) most = this.#sums[i]!;
    return most;
  }

  get total(): number {
    let total = 0;
    for (let i = 0; i < this.#count; i++) total += this.#sums[i]!;
    return total;
  }

  /** Replaces each score by what `by` makes of it, which is above 0. */
  change(by: (item: number, score: number) => number): void {
    for (let i = 0; i < this.#count; i++) {
      this.#sums[i] = by(this.#items[i]!, this.#sums[i]!);
    }
  }

  /** Adds each score of `other` so that its best one comes to `share` (recommender-quality §6: score fusion). */
  mix(other: Scores, share: number): void {
    const most = other.most;
    if (most <= 0 || share <= 0) return;
    for (let i = 0; i < other.#count; i++) {
      const amount = (other.#sums[i]! / most) * share;
      if (amount > 0) this.add(other.#items[i]!, amount);
    }
  }

  clear(): void {
    for (let i = 0; i < this.#count; i++) this.#slots[this.#slotOf[i]!] = 0;
    this.#count = 0;
  }

  /**
   * The best `limit` items that pass `accept`, best first. The filter works inside the choice, over all candidates,
   * so that no rule starves the answer.
   */
  top(limit: number, accept: (item: number) => boolean, order: Order): ItemScore[] {
    return this.#choose(limit, accept, order).map((item) => ({ item, score: this.score(item) }));
  }

  /**
   * Where each of some items would stand if all that pass were in order: from 1 on, and 0 for one that
   * does not pass or would stand below `depth`.
   */
  places(
    items: readonly number[],
    { depth, accept, order }: { depth: number; accept: (item: number) => boolean; order: Order },
  ): number[] {
    const asked = items.filter((item) => this.score(item) > 0 && accept(item));
    asked.sort((a, b) => this.score(b) - this.score(a) || (a === b ? 0 : order(a, b)));
    const { length } = asked;
    // How many are better than the n-th of them and not better than the one before.
    const above = (this.#above = grown(this.#above, length + 1)).fill(0, 0, length + 1);
    const bars = (this.#bars = grown(this.#bars, length));
    for (let n = 0; n < length; n++) bars[n] = this.score(asked[n]!);
    const least = length === 0 ? Infinity : bars[length - 1]!;
    for (let i = 0; i < this.#count; i++) {
      const score = this.#sums[i]!;
      // Who is below all of them is in nobody's way.
      if (score < least) continue;
      const item = this.#items[i]!;
      if (!accept(item)) continue;
      let [low, high] = [0, length];
      while (low < high) {
        const middle = (low + high) >> 1;
        const [other, than] = [asked[middle]!, bars[middle]!];
        if (score === than ? item !== other && order(item, other) < 0 : score > than) high = middle;
        else low = middle + 1;
      }
      above[low]!++;
    }
    const places = items.map(() => 0);
    for (let n = 0, better = 0; n < length; n++) {
      better += above[n]!;
      if (better < depth) places[items.indexOf(asked[n]!)] = better + 1;
    }
    return places;
  }

  #choose(limit: number, accept: (item: number) => boolean, order: Order): number[] {
    if (limit <= 0) return [];
    const best = this.#best;
    best.begin(order);
    for (let i = 0; i < this.#count; i++) {
      const item = this.#items[i]!;
      const score = this.#sums[i]!;
      const isFull = best.size === limit;
      // Only who would be among the best is asked, as the rules note whom they turn away.
      if ((isFull && !best.isAboveLeast(item, score)) || !accept(item)) continue;
      if (isFull) best.replaceLeast(item, score);
      else best.add(item, score);
    }
    return best.sorted();
  }

  /** The slot of an item, or the free one where it would go. */
  #find(item: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = Math.imul(item, 0x9e3779b1) >>> this.#shift;
    for (;;) {
      const place = slots[slot]! - 1;
      if (place === -1 || this.#items[place] === item) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #enter(item: number, slot: number, amount: number): void {
    if (this.#count * 2 >= this.#slots.length) return this.#widen(item, amount);
    const place = this.#count++;
    this.#slots[slot] = place + 1;
    this.#items[place] = item;
    this.#sums[place] = amount;
    this.#slotOf[place] = slot;
  }

  #widen(item: number, amount: number): void {
    const size = this.#slots.length;
    this.#slots = new Int32Array(size * 2);
    this.#shift--;
    this.#items = grown(this.#items, size);
    this.#sums = grown(this.#sums, size);
    this.#slotOf = grown(this.#slotOf, size);
    for (let place = 0; place < this.#count; place++) {
      const slot = this.#find(this.#items[place]!);
      this.#slots[slot] = place + 1;
      this.#slotOf[place] = slot;
    }
    this.add(item, amount);
  }
}
