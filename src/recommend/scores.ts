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
    const best: ItemScore[] = [];
    if (limit <= 0) return best;
    for (let i = 0; i < this.#count; i++) {
      const item = this.#touched[i]!;
      const score = this.#sum[item]!;
      const last = best[limit - 1];
      if (last !== undefined && (score < last.score || (score === last.score && order(item, last.item) > 0))) continue;
      if (!accept(item)) continue;
      if (last !== undefined) best.pop();
      let place = best.length;
      while (place > 0 && isBetter(item, score, best[place - 1]!, order)) place--;
      best.splice(place, 0, { item, score });
    }
    return best;
  }
}

function isBetter(item: number, score: number, than: ItemScore, order: (a: number, b: number) => number): boolean {
  return score === than.score ? order(item, than.item) < 0 : score > than.score;
}
