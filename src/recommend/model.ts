import type { Lesson } from '../profile/index.ts';
import { grown } from './buffer.ts';
import { CompanionTable } from './companion-table.ts';
import { Dictionary } from './dictionary.ts';
import { PairTable } from './pair-table.ts';
import { Ranking } from './ranking.ts';
import { Visits } from './visits.ts';

/**
 * Bounds on what is kept in memory. An item takes at most about 1.2 KB (1 KB of it companions), a pair 48 bytes, a
 * running visit at most 1 KB; arrays double as they grow, so for a moment it may be twice that.
 */
export interface ModelLimits {
  /** Different item ids; events of further ones are ignored and counted. */
  items: number;
  /** Pairs bought or carted together; beyond it the rarest are forgotten. */
  pairs: number;
  /** Companions by viewing kept of each item; a power of two. */
  companions: number;
  /** Visits whose items are remembered, to count each once. */
  visits: number;
  /** Different items learned of one visit; more is no shopper. */
  itemsOfVisit: number;
  /** Popular items kept in order. */
  ranked: number;
}

export const modelLimits: ModelLimits = {
  items: 1_000_000,
  pairs: 4_000_000,
  companions: 128,
  visits: 100_000,
  itemsOfVisit: 100,
  ranked: 1000,
};

/** A visit counts half as much in the popularity of an item after this time. */
export const halfLifeMs = 7 * 24 * 3600 * 1000;

const bits = { view: 1, cart: 2, purchase: 4 } as const;
const bitsWide = 3;

/**
 * What the crowd did, as counts: everything is counted once per visit and kind, and a pair of items once per visit and
 * kind. Below the limits the counts do not depend on the order of events, so late and swapped events do no harm.
 */
export class Model {
  readonly #limits: ModelLimits;
  readonly items: Dictionary;
  /** Bought together and carted together, exact. */
  readonly pairs: PairTable;
  /** Viewed together. */
  readonly companions: CompanionTable;
  readonly viewed: Ranking;
  readonly bought: Ranking;
  readonly #visits: Visits;
  #carted = new Uint32Array(64);
  /** Lessons read, and those of them that a limit kept from being learned. */
  learned = 0;
  ignored = 0;
  /** When the newest learned event happened, UTC ms; 0 before the first. */
  newestAt = 0;

  constructor(limits: ModelLimits = modelLimits) {
    this.#limits = limits;
    this.items = new Dictionary(limits.items);
    this.pairs = new PairTable(limits.pairs);
    this.companions = new CompanionTable(limits.companions);
    this.#visits = new Visits(limits.visits);
    const nameOf = (item: number) => this.items.name(item);
    this.viewed = new Ranking({ halfLifeMs, depth: limits.ranked, nameOf });
    this.bought = new Ranking({ halfLifeMs, depth: limits.ranked, nameOf });
  }

  /** Takes in one event. A time that lies ahead of `now` counts as now, or one wrong clock would rule the ranking. */
  learn(lesson: Lesson, now: number): void {
    this.learned++;
    const at = Math.min(lesson.t, now);
    if (at > this.newestAt) this.newestAt = at;
    const marks = this.#visits.marks(lesson.s);
    const item = this.items.add(lesson.i);
    const place = item === -1 ? -1 : this.#placeOf(marks, item);
    if (place === -1) {
      this.ignored++;
      return;
    }
    const bit = bits[lesson.k];
    if ((marks[place]! & bit) !== 0) return;
    this.#pairUp(marks, item, lesson.k);
    marks[place]! |= bit;
    this.#count(item, lesson.k, at);
  }

  /** In how many visits it was put in the cart. */
  carted(item: number): number {
    return this.#carted[item] ?? 0;
  }

  /** Bytes of the typed arrays; ids and running visits come on top. */
  get bytes(): number {
    return this.pairs.bytes + this.companions.bytes + this.viewed.bytes + this.bought.bytes + this.#carted.byteLength;
  }

  /** Where the marks of `item` lie in a visit; -1 when the visit is full. */
  #placeOf(marks: number[], item: number): number {
    for (let place = 0; place < marks.length; place++) {
      if (marks[place]! >> bitsWide === item) return place;
    }
    return marks.length >= this.#limits.itemsOfVisit ? -1 : marks.push(item << bitsWide) - 1;
  }

  #pairUp(marks: readonly number[], item: number, kind: Lesson['k']): void {
    const bit = bits[kind];
    for (const mark of marks) {
      if ((mark & bit) === 0) continue;
      const other = mark >> bitsWide;
      if (kind === 'view') {
        this.companions.add(item, other);
        this.companions.add(other, item);
      } else this.pairs.add(item, other, kind === 'purchase' ? 'bought' : 'carted');
    }
  }

  #count(item: number, kind: Lesson['k'], at: number): void {
    if (kind === 'view') this.viewed.add(item, at);
    else if (kind === 'purchase') this.bought.add(item, at);
    else {
      this.#carted = grown(this.#carted, item + 1);
      this.#carted[item]!++;
    }
  }
}
