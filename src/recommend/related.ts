import type { Chains } from './chains.ts';
import { grown } from './buffer.ts';
import { bits, itemOf, type Occasions } from './occasions.ts';
import { Sweep } from './paged-rows.ts';
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

/** Steps of one visit, in which one thing done with other items than the key is looked for. */
interface Part {
  from: number;
  to: number;
  key: number;
  mark: number;
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
  /** Of each item which unit counted it last, and its place in the answer: asked together, so side by side. */
  #stamps = new Int32Array(128);
  #unitStamp = new Int32Array(64);
  #serial = 0;
  /** The serial before the first unit of this answer: who was stamped later stands in it. */
  #begin = 0;
  /** The last visits of the key, and their steps. */
  #last = new Int32Array(64);
  readonly #sweep = new Sweep();
  /** The steps of one other visit, oldest first. */
  readonly #steps: Int32Array;
  readonly #found: { items: Int32Array<ArrayBuffer>; counts: Int32Array<ArrayBuffer>; length: number; units: number } =
    {
      items: new Int32Array(64),
      counts: new Int32Array(64),
      length: 0,
      units: 0,
    };

  constructor(visits: Occasions, chains: Chains) {
    this.#visits = visits;
    this.#chains = chains;
    this.#steps = new Int32Array(visits.mostSteps);
  }

  /** The answer is good until the next call. `since`: UTC ms. */
  companions(key: number, action: RelatedAction, ask: { basis: 'session' | 'visitor'; since: number }): Companions {
    const found = this.#found;
    [found.length, found.units] = [0, 0];
    if (this.#serial > 1e9) this.#startOver();
    const side = sides[action];
    const begin = (this.#begin = ++this.#serial);
    const known = this.#read(key);
    for (let n = 0; n < known; n++) {
      const visit = this.#last[n]!;
      const [from, to] = [this.#sweep.from[n]!, this.#sweep.from[n + 1]!];
      if (from === to || this.#visits.endedAt(visit) < ask.since) continue;
      if (!this.#did({ from, to, key, mark: side.key })) continue;
      if (ask.basis === 'visitor') {
        const visitor = this.#chains.visitor(visit);
        this.#unitStamp = grown(this.#unitStamp, visitor + 1);
        if (this.#unitStamp[visitor]! >= begin) continue;
        this.#unitStamp[visitor] = ++this.#serial;
        this.#allOf(visit, key, { mark: side.other, since: ask.since });
      } else {
        this.#serial++;
        this.#countSteps(this.#sweep.records, { from, to, key, mark: side.other });
        if (action === 'viewed-bought') this.#later(visit, key);
      }
      found.units++;
    }
    return found;
  }

  /** Before the numbers that tell units apart end. */
  #startOver(): void {
    this.#serial = 0;
    for (const stamps of [this.#stamps, this.#unitStamp]) stamps.fill(0);
  }

  /** Reads the last visits of an item into `#sweep`, the newest first. @returns how many */
  #read(item: number): number {
    const { page, base, newest, mask, length } = this.#visits.ringOf(item);
    const last = (this.#last = grown(this.#last, length));
    for (let back = 0; back < length; back++) last[back] = page[base + ((newest - back) & mask)]!;
    this.#visits.readAll(last, length, this.#sweep);
    return length;
  }

  /** Was this done with the item in the visit that lies there? */
  #did({ from, to, key, mark }: Part): boolean {
    const { records } = this.#sweep;
    for (let i = from; i < to; i++) {
      const step = records[i]!;
      if (itemOf(step) === key && (step & mark) !== 0) return true;
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
    const to = this.#visits.read(visit, this.#steps);
    this.#countSteps(this.#steps, { from: 0, to, key, mark });
  }

  /** The newest first: items stand in the answer in the order in which they were met. */
  #countSteps(steps: Int32Array, { from, to, key, mark }: Part): void {
    for (let i = to - 1; i >= from; i--) {
      const step = steps[i]!;
      if ((step & mark) === 0) continue;
      const item = itemOf(step);
      if (item !== key) this.#count(item);
    }
  }

  /** Once a unit. */
  #count(item: number): void {
    const at = item * 2;
    if (at >= this.#stamps.length) this.#stamps = grown(this.#stamps, at + 2);
    const stamp = this.#stamps[at]!;
    if (stamp === this.#serial) return;
    this.#stamps[at] = this.#serial;
    const found = this.#found;
    if (stamp <= this.#begin) {
      this.#stamps[at + 1] = found.length;
      found.items = grown(found.items, found.length + 1);
      found.counts = grown(found.counts, found.length + 1);
      found.items[found.length] = item;
      found.counts[found.length++] = 0;
    }
    found.counts[this.#stamps[at + 1]!]!++;
  }
}
