import type { PastEvent, PastItem, PastQuery } from '../src/recommend/index.ts';

/** What peers learn from: a set of visits, each a row of items in order, and what items are said to be. */
export class PastVisits {
  readonly #numbers = new Map<string, number>();
  readonly ids: string[] = [];
  readonly visits: { items: number[]; at: number }[] = [];
  /** Visits an item was in, oldest first. */
  readonly of: number[][] = [];
  /** What each visitor had, for queries that only name one. */
  readonly #had = new Map<string, string[]>();
  readonly #carted = new Map<string, string[]>();
  readonly #bought = new Map<string, Set<string>>();
  readonly #items: readonly PastItem[];
  #pairs: readonly Row[] | null = null;
  readonly #lastPlaces: { items: Int32Array; places: Int32Array }[] = [];

  constructor(events: readonly PastEvent[], items: readonly PastItem[] = []) {
    this.#items = items;
    const bySession = new Map<string, { items: number[]; at: number }>();
    for (const { session, visitor, item, kind, at } of events) {
      const visit = bySession.get(session) ?? { items: [], at };
      visit.items.push(this.#number(item));
      visit.at = Math.max(visit.at, at);
      bySession.set(session, visit);
      pushTo(this.#had, visitor, item);
      if (kind === 'cart') pushTo(this.#carted, visitor, item);
      if (kind === 'purchase') this.#bought.set(visitor, (this.#bought.get(visitor) ?? new Set()).add(item));
    }
    this.visits = [...bySession.values()].sort((a, b) => a.at - b.at);
    this.visits.forEach(({ items: own }, visit) => new Set(own).forEach((item) => this.of[item]!.push(visit)));
  }

  /** Numbers of the items that are known, in order. */
  numbersOf(items: readonly string[]): number[] {
    return items.map((item) => this.#numbers.get(item)).filter((item) => item !== undefined);
  }

  /** Own items of a query, newest last, each once at its newest place. */
  ownOf({ session, cart, visitor }: PastQuery): number[] {
    const own = session?.map(({ item }) => item) ?? cart ?? this.#had.get(visitor ?? '') ?? [];
    const once = new Set<number>();
    for (const item of own) {
      const number = this.#numbers.get(item);
      if (number === undefined) continue;
      once.delete(number);
      once.add(number);
    }
    return [...once];
  }

  /** Items that are not answered: own ones; of a person only what was bought, for what lies in the cart may be wanted. */
  hiddenOf(query: PastQuery, own: readonly number[]): readonly number[] {
    if (query.repeats) return [];
    const bought =
      query.session === undefined && query.cart === undefined ? this.#bought.get(query.visitor ?? '') : null;
    return bought === null ? own : own.filter((item) => bought?.has(this.ids[item]!));
  }

  /** What a visitor put in the cart and did not buy. */
  leftOf({ visitor = '' }: PastQuery): number[] {
    const bought = this.#bought.get(visitor);
    const left = (this.#carted.get(visitor) ?? []).filter((item) => bought?.has(item) !== true);
    return left.map((item) => this.#numbers.get(item)!);
  }

  /** The items of a visit, each once, with their last places; the newest first. */
  lastPlaces(visit: number): Readonly<{ items: Int32Array; places: Int32Array }> {
    const known = this.#lastPlaces[visit];
    if (known !== undefined) return known;
    const { items } = this.visits[visit]!;
    const places = new Map<number, number>();
    for (let n = items.length - 1; n >= 0; n--) if (!places.has(items[n]!)) places.set(items[n]!, n);
    return (this.#lastPlaces[visit] = {
      items: Int32Array.from(places.keys()),
      places: Int32Array.from(places.values()),
    });
  }

  /** In how many visits two items met: a row of each first one. */
  get pairs(): readonly Row[] {
    if (this.#pairs !== null) return this.#pairs;
    const pairs = this.ids.map(() => new Map<number, number>());
    for (const { items } of this.visits) {
      const times = new Map<number, number>();
      for (const item of items) times.set(item, (times.get(item) ?? 0) + 1);
      const once = [...times.keys()].slice(-200);
      for (const a of once) {
        for (const b of once) {
          // An item that came twice goes with itself, as in session-rec.
          if (a !== b || times.get(a)! > 1) pairs[a]!.set(b, (pairs[a]!.get(b) ?? 0) + 1);
        }
      }
    }
    return (this.#pairs = pairs.map(rowOf));
  }

  /** Labels of items, as far as anything is said of them. */
  labels(): Map<number, string[]> {
    const known = new Map<number, string[]>();
    for (const { item, categories = [], attributes = {} } of this.#items) {
      const number = this.#numbers.get(item);
      if (number !== undefined) known.set(number, [...categories, ...Object.values(attributes).flat().map(String)]);
    }
    return known;
  }

  #number(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#numbers.set(id, this.ids.length);
    this.of.push([]);
    return this.ids.push(id) - 1;
  }
}

function pushTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Numbers by item, side by side. */
export interface Row {
  items: Int32Array;
  amounts: Float64Array;
}

export function rowOf(amounts: ReadonlyMap<number, number>): Row {
  return { items: Int32Array.from(amounts.keys()), amounts: Float64Array.from(amounts.values()) };
}

/** A scratch of scores by item number. */
export class Scratch {
  readonly #values: Float64Array;
  /** Items that were added to, each once. */
  readonly #touched: Int32Array;
  readonly #isTouched: Uint8Array;
  #count = 0;

  constructor(size: number) {
    this.#values = new Float64Array(size);
    this.#touched = new Int32Array(size);
    this.#isTouched = new Uint8Array(size);
  }

  add(item: number, amount: number): void {
    if (this.#isTouched[item] === 0) {
      this.#isTouched[item] = 1;
      this.#touched[this.#count++] = item;
    }
    this.#values[item]! += amount;
  }

  /** Adds what `other` has, its largest as `share`. */
  mix(other: Scratch, share: number): void {
    let most = 0;
    for (let n = 0; n < other.#count; n++) most = Math.max(most, other.#values[other.#touched[n]!]!);
    if (most <= 0) return;
    for (let n = 0; n < other.#count; n++) {
      const item = other.#touched[n]!;
      this.add(item, (share * other.#values[item]!) / most);
    }
  }

  drop(items: Iterable<number>): void {
    for (const item of items) this.#values[item] = 0;
  }

  clear(): void {
    for (let n = 0; n < this.#count; n++) this.#values[this.#touched[n]!] = this.#isTouched[this.#touched[n]!] = 0;
    this.#count = 0;
  }

  /** The items with the largest scores above 0, of one score the one with the lower number first. */
  best(limit: number): number[] {
    const best: number[] = [];
    const goesBefore = (a: number, b: number) => {
      const by = this.#values[a]! - this.#values[b]!;
      return by === 0 ? a < b : by > 0;
    };
    for (let n = 0; n < this.#count; n++) {
      const item = this.#touched[n]!;
      if (!(this.#values[item]! > 0)) continue;
      if (best.length === limit && !goesBefore(item, best[limit - 1]!)) continue;
      if (best.length === limit) best.pop();
      let place = best.length;
      while (place > 0 && goesBefore(item, best[place - 1]!)) place--;
      best.splice(place, 0, item);
    }
    return best;
  }
}
