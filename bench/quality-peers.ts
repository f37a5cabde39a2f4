import type { PastEvent, PastQuery } from '../src/recommend/index.ts';
import { inverseOf } from './quality-inverse.ts';
import type { Answer } from './quality-measure.ts';

/** Published methods, small and for comparison only: what is learned is a set of visits, each a row of items in order. */
export class PastVisits {
  readonly #numbers = new Map<string, number>();
  readonly ids: string[] = [];
  readonly visits: { items: number[]; at: number }[] = [];
  /** Visits an item was in, oldest first. */
  readonly of: number[][] = [];
  /** What each visitor had, for queries that only name one. */
  readonly #had = new Map<string, string[]>();
  readonly #bought = new Map<string, Set<string>>();
  #pairs: Map<number, number>[] | null = null;

  constructor(events: readonly PastEvent[]) {
    const bySession = new Map<string, { items: number[]; at: number }>();
    for (const { session, visitor, item, kind, at } of events) {
      const visit = bySession.get(session) ?? { items: [], at };
      visit.items.push(this.#number(item));
      visit.at = Math.max(visit.at, at);
      bySession.set(session, visit);
      const had = this.#had.get(visitor) ?? [];
      had.push(item);
      this.#had.set(visitor, had);
      if (kind === 'purchase') this.#bought.set(visitor, (this.#bought.get(visitor) ?? new Set()).add(item));
    }
    this.visits = [...bySession.values()].sort((a, b) => a.at - b.at);
    this.visits.forEach(({ items }, visit) => new Set(items).forEach((item) => this.of[item]!.push(visit)));
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

  /** In how many visits two items met, by the first. */
  get pairs(): Map<number, number>[] {
    if (this.#pairs !== null) return this.#pairs;
    const pairs = this.ids.map(() => new Map<number, number>());
    for (const { items } of this.visits) {
      const once = [...new Set(items)].slice(-200);
      for (const a of once) {
        for (const b of once) {
          // An item that came twice goes with itself, as in session-rec.
          if (a !== b || items.indexOf(a) !== items.lastIndexOf(a)) pairs[a]!.set(b, (pairs[a]!.get(b) ?? 0) + 1);
        }
      }
    }
    return (this.#pairs = pairs);
  }

  #number(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#numbers.set(id, this.ids.length);
    this.of.push([]);
    return this.ids.push(id) - 1;
  }
}

/** Scores items for own items, the newest last. */
type Score = (own: readonly number[], query: PastQuery, scores: Map<number, number>) => void;

function answerBy(past: PastVisits, score: Score): Answer {
  return (query) => {
    const own = past.ownOf(query);
    const scores = new Map<number, number>();
    score(own, query, scores);
    for (const item of past.hiddenOf(query, own)) scores.delete(item);
    const best = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, query.limit ?? 20);
    return best.map(([item]) => past.ids[item]!);
  };
}

function add(scores: Map<number, number>, item: number, amount: number): void {
  scores.set(item, (scores.get(item) ?? 0) + amount);
}

/** Visits with the item; with a half-life, newer ones more. */
export function popularity(past: PastVisits, halfLifeMs = Infinity): Answer {
  const newest = past.visits.at(-1)?.at ?? 0;
  const weights = past.of.map((visits, item) => {
    let sum = 0;
    for (const visit of visits) sum += 2 ** -((newest - past.visits[visit]!.at) / halfLifeMs);
    return { item, sum };
  });
  const best = weights.sort((a, b) => b.sum - a.sum).slice(0, 500);
  return answerBy(past, (_own, _query, scores) => best.forEach(({ item, sum }) => scores.set(item, sum)));
}

export type Alike = (both: number, a: number, b: number) => number;
export const counted: Alike = (both) => both;
export const cosine: Alike = (both, a, b) => both / Math.sqrt(a * b);
export const jaccard: Alike = (both, a, b) => (both / (a + b - both)) ** 1.5;

/** Items that met the last item of the visit, or every line of a cart (and everything a person had). */
export function pairwise(past: PastVisits, alike: Alike): Answer {
  return answerBy(past, (own, query, scores) => scorePairs(past, keysOf(own, query), { alike, scores }));
}

function scorePairs(
  past: PastVisits,
  keys: readonly number[],
  { alike, scores }: { alike: Alike; scores: Map<number, number> },
): void {
  for (const key of keys) {
    const a = past.of[key]!.length;
    for (const [other, both] of past.pairs[key]!) add(scores, other, alike(both, a, past.of[other]!.length));
  }
}

function keysOf(own: readonly number[], query: PastQuery): readonly number[] {
  return query.criterion === 'session' ? own.slice(-1) : own.slice(-50);
}

/** Sequential rules: what came within ten steps after the last item, 1 / d² (session-rec "sr"). */
export function sequential(past: PastVisits): Answer {
  const rules = past.ids.map(() => new Map<number, number>());
  for (const { items } of past.visits) {
    for (let n = 1; n < items.length; n++) {
      for (let d = 1; d <= 10 && d <= n; d++) add(rules[items[n - d]!]!, items[n]!, 1 / d ** 2);
    }
  }
  return answerBy(past, (own, query, scores) => {
    for (const key of keysOf(own, query)) for (const [other, weight] of rules[key]!) add(scores, other, weight);
  });
}

export interface KnnOptions {
  /** Newest visits looked at an own item, or of all of them together; neighbours heard. */
  perItem: number;
  sample: number;
  neighbours: number;
  /** What an own step `back` from the newest counts, of `length`. */
  place(back: number, length: number): number;
  /** Rarity in likeness and in scoring: factor of ln(N / n) to be added to 1. */
  rarity: boolean;
  scoreRarity: number;
  ageMs: number;
  /** What an item counts so far from the match in its visit. */
  distance(steps: number): number;
  /** What the newest own item that is shared, `back` from the newest, counts. */
  match(back: number): number;
}

/** V-SKNN (Ludewig & Jannach, UMUAI 2018) as session-rec's example has it. */
export const vsknn: KnnOptions = {
  perItem: Infinity,
  sample: 5000,
  neighbours: 500,
  place: (back, length) => (length - back) / length,
  rarity: false,
  scoreRarity: 5,
  ageMs: Infinity,
  distance: () => 1,
  match: (back) => 1 / (back + 1),
};

/** VMIS-kNN (Kersbergen et al., SIGMOD 2022): the newest 500 visits of each item, 100 neighbours. */
export const vmis: KnnOptions = {
  perItem: 500,
  sample: Infinity,
  neighbours: 100,
  place: (back, length) => (length - back) / length,
  rarity: false,
  scoreRarity: 1,
  ageMs: Infinity,
  distance: () => 1,
  match: (back) => Math.max(0.1, 1 - back / 10),
};

/** VSTAN (Ludewig et al., UMUAI 2020): decays by place, age and distance. */
export const vstan: KnnOptions = {
  perItem: Infinity,
  sample: 5000,
  neighbours: 500,
  place: (back) => Math.exp(-back / 3),
  rarity: true,
  scoreRarity: 1,
  ageMs: 30 * 24 * 3600 * 1000,
  distance: (steps) => Math.exp(-Math.abs(steps) / 2),
  match: () => 1,
};

export function nearest(past: PastVisits, by: KnnOptions): Answer {
  return answerBy(past, (own, query, scores) => scoreNearest(past, own, { query, by, scores }));
}

function scoreNearest(
  past: PastVisits,
  own: readonly number[],
  { query, by, scores }: { query: PastQuery; by: KnnOptions; scores: Map<number, number> },
): void {
  const rarityOf = (item: number) => Math.log(past.visits.length / Math.max(1, past.of[item]!.length));
  const found = new Map<number, { likeness: number; back: number }>();
  for (let back = 0; back < own.length; back++) {
    const item = own[own.length - 1 - back]!;
    const amount = by.place(back, own.length) * (by.rarity ? rarityOf(item) : 1);
    const visits = past.of[item]!;
    for (let n = visits.length - 1; n >= Math.max(0, visits.length - by.perItem); n--) {
      const known = found.get(visits[n]!);
      if (known) known.likeness += amount;
      else found.set(visits[n]!, { likeness: amount, back });
    }
  }
  let all = [...found];
  if (all.length > by.sample) all = all.sort((a, b) => b[0] - a[0]).slice(0, by.sample);
  const now = query.at ?? 0;
  for (const [visit, one] of all) {
    const { items, at } = past.visits[visit]!;
    one.likeness *= Math.exp(-Math.max(0, now - at) / by.ageMs) / Math.sqrt(items.length);
  }
  all.sort((a, b) => b[1].likeness - a[1].likeness || b[0] - a[0]);
  for (const [visit, { likeness, back }] of all.slice(0, by.neighbours)) {
    const { items } = past.visits[visit]!;
    const matched = items.lastIndexOf(own[own.length - 1 - back]!);
    const seen = new Set<number>();
    for (let n = items.length - 1; n >= 0; n--) {
      const item = items[n]!;
      if (seen.has(item)) continue;
      seen.add(item);
      add(scores, item, likeness * by.match(back) * by.distance(n - matched) * (1 + by.scoreRarity * rarityOf(item)));
    }
  }
}

/** Items beyond which EASE is not solved: it costs items³. */
export const easeLimit = 4000;

/** EASE (Steck, WWW 2019): every item against every other, by one inverse. Null beyond `easeLimit` items. */
export function ease(past: PastVisits, lambda: number): { answer: Answer; score: Score } | null {
  const size = past.ids.length;
  if (size > easeLimit) return null;
  const gram = new Float64Array(size * size);
  for (let item = 0; item < size; item++) {
    gram[item * size + item] = past.of[item]!.length + lambda;
    for (const [other, both] of past.pairs[item]!) if (other !== item) gram[item * size + other] = both;
  }
  inverseOf(gram, size);
  const score: Score = (own, _query, scores) => {
    for (const item of own) {
      for (let other = 0; other < size; other++) {
        const weight = -gram[item * size + other]! / gram[other * size + other]!;
        if (other !== item && weight > 0) add(scores, other, weight);
      }
    }
  };
  return { answer: answerBy(past, score), score };
}

/** The best batch mix of recommender-quality §4a: EASE, Jaccard and neighbours, each divided by its largest. */
export function cartMix(past: PastVisits, model: Score): Answer {
  const parts: [number, Score][] = [
    [0.4, model],
    [0.3, (own, _query, scores) => scorePairs(past, own, { alike: jaccard, scores })],
    [
      0.3,
      (own, query, scores) =>
        scoreNearest(past, own, {
          query,
          by: { ...vstan, place: () => 1, distance: () => 1, ageMs: 60 * 24 * 3600 * 1000 },
          scores,
        }),
    ],
  ];
  return answerBy(past, (own, query, scores) => {
    for (const [share, part] of parts) {
      const own1 = new Map<number, number>();
      part(own, query, own1);
      for (const item of own) own1.delete(item);
      const most = Math.max(0, ...own1.values());
      if (most > 0) for (const [item, amount] of own1) add(scores, item, (share * amount) / most);
    }
  });
}
