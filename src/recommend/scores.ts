import { grown } from './buffer.ts';

/** An item with its score. */
export interface Scored {
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

  clear(): void {
    for (let i = 0; i < this.#count; i++) this.#sum[this.#touched[i]!] = 0;
    this.#count = 0;
  }

  /**
   * The best `limit` items that pass `accept`, best first. The filter works inside the choice, over all candidates,
   * so that no rule starves the answer. `order` tells two items of one score apart (negative: the first is better).
   */
  top(limit: number, accept: (item: number) => boolean, order: (a: number, b: number) => number): Scored[] {
    const best: Scored[] = [];
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

function isBetter(item: number, score: number, than: Scored, order: (a: number, b: number) => number): boolean {
  return score === than.score ? order(item, than.item) < 0 : score > than.score;
}
