import { BestItems, type Order } from './best-items.ts';
import { grown } from './buffer.ts';

/** An item with its score. */
export interface ItemScore {
  item: number;
  score: number;
}

/** Where items stand in a list, from 1 on and 0 where they do not; and how many stand in it. */
export interface Places {
  places: number[];
  size: number;
}

/** The same of a list that is there. */
export function placesIn(list: readonly number[], items: readonly number[]): Places {
  const placeOf = new Map(list.map((item, i) => [item, i + 1]));
  return { places: items.map((item) => placeOf.get(item) ?? 0), size: list.length };
}

/** A scratch of scores by item number: dense to add to, cheap to clear, and able to name the best. Amounts are above 0. */
export class Scores {
  #sum = new Float64Array(64);
  #touched = new Int32Array(64);
  #count = 0;
  readonly #best = new BestItems();

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
   * so that no rule starves the answer.
   */
  top(limit: number, accept: (item: number) => boolean, order: Order): ItemScore[] {
    return this.#choose(limit, accept, order).map((item) => ({ item, score: this.#sum[item]! }));
  }

  /**
   * Where each of some items would stand if all that pass were in order: from 1 on, and 0 for one that
   * does not pass or would stand below `depth`; and how many would stand there, at most `depth`.
   */
  places(
    items: readonly number[],
    { depth, accept, order }: { depth: number; accept: (item: number) => boolean; order: Order },
  ): Places {
    const asked = items
      .filter((item) => this.score(item) > 0 && accept(item))
      .sort((a, b) => this.#sum[b]! - this.#sum[a]! || (a === b ? 0 : order(a, b)));
    // How many are better than the n-th of them and not better than the one before.
    const above = new Int32Array(asked.length + 1);
    let size = 0;
    for (let i = 0; i < this.#count; i++) {
      const item = this.#touched[i]!;
      if (!accept(item)) continue;
      size++;
      const score = this.#sum[item]!;
      let [low, high] = [0, asked.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        const other = asked[middle]!;
        const than = this.#sum[other]!;
        if (score === than ? item !== other && order(item, other) < 0 : score > than) high = middle;
        else low = middle + 1;
      }
      above[low]!++;
    }
    const placeOf = new Map<number, number>();
    let better = 0;
    asked.forEach((item, n) => {
      better += above[n]!;
      if (better < depth) placeOf.set(item, better + 1);
    });
    return { places: items.map((item) => placeOf.get(item) ?? 0), size: Math.min(size, depth) };
  }

  #choose(limit: number, accept: (item: number) => boolean, order: Order): number[] {
    if (limit <= 0) return [];
    const best = this.#best;
    best.begin(order);
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
