import { grown } from './buffer.ts';

/** Tells two items of one score apart: negative when the first is better. */
export interface Order {
  (a: number, b: number): number;
  /** What it looks at first, the larger the better; told, so that it need be asked once an item only. */
  weight?: (item: number) => number;
}

/** The best items so far, the least of them at hand: a heap of arrays that are used again and again. */
export class BestItems {
  #order: Order = (a, b) => a - b;
  #items = new Int32Array(64);
  #scores = new Float64Array(64);
  #weights = new Float64Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  begin(order: Order): void {
    this.#order = order;
    this.#size = 0;
  }

  isAboveLeast(item: number, score: number): boolean {
    const least = this.#scores[0]!;
    return score === least ? this.#isBetter(item, score, { weight: this.#weightOf(item), than: 0 }) : score > least;
  }

  add(item: number, score: number): void {
    if (this.#size === this.#items.length) {
      this.#items = grown(this.#items, this.#size + 1);
      this.#scores = grown(this.#scores, this.#size + 1);
      this.#weights = grown(this.#weights, this.#size + 1);
    }
    const weight = this.#weightOf(item);
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#isBetter(item, score, { weight, than: parent })) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, item, { score, weight });
  }

  replaceLeast(item: number, score: number): void {
    this.#sink(item, { score, weight: this.#weightOf(item) }, this.#size);
  }

  /** All, best first; they are gone by it. */
  sorted(): number[] {
    const list: number[] = [];
    for (let left = this.#size; left > 0; left--) {
      list.push(this.#items[0]!);
      const [score, weight] = [this.#scores[left - 1]!, this.#weights[left - 1]!];
      this.#sink(this.#items[left - 1]!, { score, weight }, left - 1);
    }
    this.#size = 0;
    return list.reverse();
  }

  /** Puts an entry at the head of the first `size` and lets it sink to its place. */
  #sink(item: number, { score, weight }: { score: number; weight: number }, size: number): void {
    let place = 0;
    for (let child = 1; child < size; child = place * 2 + 1) {
      const next = child + 1;
      if (next < size) {
        const [own, ownWeight] = [this.#scores[child]!, this.#weights[child]!];
        if (this.#isBetter(this.#items[child]!, own, { weight: ownWeight, than: next })) child = next;
      }
      if (!this.#isBetter(item, score, { weight, than: child })) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, item, { score, weight });
  }

  #weightOf(item: number): number {
    return this.#order.weight?.(item) ?? 0;
  }

  #isBetter(item: number, score: number, { weight, than }: { weight: number; than: number }): boolean {
    const other = this.#scores[than]!;
    if (score !== other) return score > other;
    const otherWeight = this.#weights[than]!;
    return weight === otherWeight ? this.#order(item, this.#items[than]!) < 0 : weight > otherWeight;
  }

  #move(from: number, to: number): void {
    this.#items[to] = this.#items[from]!;
    this.#scores[to] = this.#scores[from]!;
    this.#weights[to] = this.#weights[from]!;
  }

  #put(place: number, item: number, { score, weight }: { score: number; weight: number }): void {
    this.#items[place] = item;
    this.#scores[place] = score;
    this.#weights[place] = weight;
  }
}
