import { SeededRandom } from '../src/base/index.ts';
import type { Lesson } from '../src/profile/index.ts';

const day = 24 * 3600 * 1000;
const kinds = ['view', 'cart', 'purchase'] as const;

/** Invented behaviour of a shop: what happened, event by event, in numbers. */
export class InventedHistory {
  readonly size: number;
  readonly items: number;
  readonly now: number;
  readonly #random: SeededRandom;
  readonly #visit: Int32Array;
  readonly #visitor: Int32Array;
  readonly #item: Int32Array;
  readonly #kind: Uint8Array;
  readonly #at: Float64Array;

  /**
   * Thirty days of visits, five hundred at a time: views near an item that is popular by Zipf's law, every eighth is put
   * in the cart, every third of these bought. A visitor comes about three times.
   */
  constructor({ events, items, seed, now }: { events: number; items: number; seed: number; now: number }) {
    this.size = events;
    this.items = items;
    this.now = now;
    this.#random = new SeededRandom(seed);
    this.#visit = new Int32Array(events);
    this.#visitor = new Int32Array(events);
    this.#item = new Int32Array(events);
    this.#kind = new Uint8Array(events);
    this.#at = new Float64Array(events);
    this.#invent();
  }

  /** Lessons `from` to `to` as they come out of the feed: read from JSON, ids as long as real ones. */
  lessons(from: number, to: number): Lesson[] {
    const length = Math.max(0, Math.min(to, this.size) - from);
    return JSON.parse(JSON.stringify(Array.from({ length }, (_, i) => this.#lesson(from + i)))) as Lesson[];
  }

  /** What the limits copy: visit, item, kind and time of an event. */
  row(i: number): [number, number, number, number] {
    return [this.#visit[i]!, this.#item[i]!, this.#kind[i]!, this.#at[i]!];
  }

  itemId(item: number): string {
    return `item-${item}`;
  }

  /** An item by Zipf's law with exponent near one; spread over the range, so that neighbours differ in popularity. */
  zipf(): number {
    const rank = Math.floor(this.items ** this.#random.next()) - 1;
    return Math.imul(rank, 7919) % this.items;
  }

  /** An item near another, as a visit goes. */
  near(item: number): number {
    return (item + Math.floor(this.#random.next() ** 3 * 60)) % this.items;
  }

  chance(): number {
    return this.#random.next();
  }

  #lesson(i: number): Lesson {
    return {
      p: uuid(this.#visitor[i]!, 'a'),
      s: uuid(this.#visit[i]!, 'b'),
      i: this.itemId(this.#item[i]!),
      k: kinds[this.#kind[i]!]!,
      t: this.#at[i]!,
    };
  }

  #invent(): void {
    const running: { visit: number; visitor: number; home: number; views: number; queue: number[] }[] = [];
    let visits = 0;
    let visitors = 0;
    const begin = () => ({
      visit: visits++,
      visitor: this.chance() < 1 / 3 ? visitors++ : Math.floor(this.chance() * visitors),
      home: this.zipf(),
      views: 1 + Math.floor(-4 * Math.log(1 - this.chance())),
      queue: [] as number[],
    });
    for (let i = 0; i < this.size; i++) {
      const place = Math.floor(this.chance() * 500);
      let one = running[place];
      if (one === undefined || (one.views <= 0 && one.queue.length === 0)) running[place] = one = begin();
      this.#visit[i] = one.visit;
      this.#visitor[i] = one.visitor;
      this.#at[i] = Math.floor(this.now - 30 * day + (i / this.size) * 30 * day);
      const queued = one.queue.pop();
      if (queued !== undefined) {
        [this.#item[i], this.#kind[i]] = [queued >> 2, queued & 3];
        continue;
      }
      one.views--;
      this.#item[i] = this.near(one.home);
      if (this.chance() > 1 / 8) continue;
      if (this.chance() < 1 / 3) one.queue.push((this.#item[i]! << 2) | 2);
      one.queue.push((this.#item[i]! << 2) | 1);
    }
  }
}

/** As long as the ids of visits and profiles are. */
function uuid(number: number, kind: 'a' | 'b'): string {
  return `0193a1b2-c3d4-7${kind}bc-8${1e15 + number * 7919 + (number % 97) * 1e11}`;
}
