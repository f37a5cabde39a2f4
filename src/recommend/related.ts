import type { Chains } from './chains.ts';
import { grown } from './buffer.ts';
import { bits, itemOf, type Occasions } from './occasions.ts';
import type { RelatedAction } from './source.ts';

/** What one look at the visits of a key found. */
export interface Companions {
  /** Items found, each once, and in how many visits (or visitors). */
  items: Int32Array;
  counts: Int32Array;
  length: number;
  /** Visits (or visitors) that did it with the key; of how many that were looked at. */
  units: number;
}

const sides: Readonly<Record<RelatedAction, { key: number; other: number }>> = {
  'viewed-viewed': { key: bits.view, other: bits.view },
  'viewed-bought': { key: bits.view, other: bits.purchase },
  'bought-bought': { key: bits.purchase, other: bits.purchase },
  'site-affinity': { key: 7, other: 7 },
};

/** A purchase so long after a visit still belongs to what was viewed in it (recommender-quality §6). */
const laterMs = 7 * 24 * 3600 * 1000;
/** Visits of one visitor that are looked at, to either side. */
const visitsOfOne = 25;

/**
 * Counts what the last visits of an item did besides, within a window: the vectors are binary, one dimension a visit or
 * a visitor (recommendations ALG-5 to 8, 12). Exact as long as the item was in no more visits than the log keeps of it;
 * beyond that, over the newest of them.
 */
export class Related {
  readonly #visits: Occasions;
  readonly #chains: Chains;
  /** Which unit counted the item last; and its place in the answer. */
  #stamp = new Int32Array(64);
  #place = new Int32Array(64);
  #unitStamp = new Int32Array(64);
  #serial = 0;
  readonly #found: { items: Int32Array<ArrayBuffer>; counts: Int32Array<ArrayBuffer>; length: number; units: number } =
    {
      items: new Int32Array(64),
      counts: new Int32Array(64),
      length: 0,
      units: 0,
    };
  #round = 0;
  #roundOf = new Int32Array(64);

  constructor(visits: Occasions, chains: Chains) {
    this.#visits = visits;
    this.#chains = chains;
  }

  /** The answer is good until the next call. `since`: UTC ms. */
  companions(key: number, action: RelatedAction, ask: { basis: 'session' | 'visitor'; since: number }): Companions {
    const found = this.#found;
    [found.length, found.units] = [0, 0];
    if (this.#serial > 1e9) this.#startOver();
    this.#round++;
    const side = sides[action];
    const begin = ++this.#serial;
    const known = this.#visits.known(key);
    for (let back = 0; back < known; back++) {
      const visit = this.#visits.occasion(key, back);
      if (this.#visits.length(visit) === 0 || this.#visits.endedAt(visit) < ask.since) continue;
      if (!this.#did(visit, key, side.key)) continue;
      if (ask.basis === 'visitor') {
        const visitor = this.#chains.visitor(visit);
        this.#unitStamp = grown(this.#unitStamp, visitor + 1);
        if (this.#unitStamp[visitor]! >= begin) continue;
        this.#unitStamp[visitor] = ++this.#serial;
        this.#allOf(visit, key, { mark: side.other, since: ask.since });
      } else {
        this.#serial++;
        this.#countVisit(visit, key, side.other);
        if (action === 'viewed-bought') this.#later(visit, key);
      }
      found.units++;
    }
    return found;
  }

  /** Before the numbers that tell units apart end. */
  #startOver(): void {
    [this.#serial, this.#round] = [0, 0];
    for (const stamps of [this.#stamp, this.#unitStamp, this.#roundOf]) stamps.fill(0);
  }

  #did(visit: number, item: number, mark: number): boolean {
    const length = this.#visits.length(visit);
    for (let back = 0; back < length; back++) {
      const step = this.#visits.step(visit, back);
      if (itemOf(step) === item && (step & mark) !== 0) return true;
    }
    return false;
  }

  /** Everything the visitor of a visit did in the window. */
  #allOf(visit: number, key: number, { mark, since }: { mark: number; since: number }): void {
    this.#countVisit(visit, key, mark);
    const walk = (from: number, next: (visit: number) => number) => {
      for (let at = next(from), n = 0; at !== -1 && n < visitsOfOne; at = next(at), n++)
        if (this.#visits.endedAt(at) >= since) this.#countVisit(at, key, mark);
    };
    walk(visit, (at) => this.#chains.before(at));
    walk(visit, (at) => this.#chains.after(at));
  }

  /** What the visitor bought within a week after the visit. */
  #later(visit: number, key: number): void {
    const until = this.#visits.endedAt(visit) + laterMs;
    for (let at = this.#chains.after(visit), n = 0; at !== -1 && n < visitsOfOne; at = this.#chains.after(at), n++)
      if (this.#visits.endedAt(at) <= until) this.#countVisit(at, key, bits.purchase);
  }

  #countVisit(visit: number, key: number, mark: number): void {
    const length = this.#visits.length(visit);
    for (let back = 0; back < length; back++) {
      const step = this.#visits.step(visit, back);
      if ((step & mark) === 0) continue;
      const item = itemOf(step);
      if (item !== key) this.#count(item);
    }
  }

  /** Once a unit. */
  #count(item: number): void {
    if (item >= this.#stamp.length) {
      this.#stamp = grown(this.#stamp, item + 1);
      this.#place = grown(this.#place, item + 1);
      this.#roundOf = grown(this.#roundOf, item + 1);
    }
    if (this.#stamp[item] === this.#serial) return;
    this.#stamp[item] = this.#serial;
    const found = this.#found;
    if (this.#roundOf[item] !== this.#round) {
      this.#roundOf[item] = this.#round;
      this.#place[item] = found.length;
      found.items = grown(found.items, found.length + 1);
      found.counts = grown(found.counts, found.length + 1);
      found.items[found.length] = item;
      found.counts[found.length++] = 0;
    }
    found.counts[this.#place[item]!]!++;
  }
}
