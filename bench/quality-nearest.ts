import type { PastQuery } from '../src/recommend/index.ts';
import type { PastVisits, Scratch } from './quality-past.ts';
import type { Score } from './quality-peers.ts';

const day = 24 * 3600 * 1000;

export interface KnnOptions {
  /** Own items looked at, the newest. */
  last: number;
  /** Newest visits looked at an own item, or of all of them together; neighbours heard. */
  perItem: number;
  sample: number;
  neighbours: number;
  /** What the own item `back` from the newest counts, of `length`. */
  place(back: number, length: number): number;
  /** Rarity in likeness, as a power of ln(N / n); in scoring 1 + factor · ln, or with `only` ln alone. */
  rarity: number;
  scoreRarity: { factor: number; only?: boolean };
  ageMs: number;
  /** A visit of n items counts n^−length, the whole to a power. */
  length: number;
  power: number;
  /** What an item counts so far from the match in its visit; before it, times `earlier`; the matched one, times `matched`. */
  distance(steps: number): number;
  earlier: number;
  matched: number;
  /** What a visit counts whose newest shared own item is `back` from the newest. */
  match(back: number): number;
}

const plain = {
  last: Infinity,
  perItem: Infinity,
  sample: 5000,
  neighbours: 500,
  rarity: 0,
  scoreRarity: { factor: 0 },
  ageMs: Infinity,
  length: 0.5,
  power: 1,
  distance: () => 1,
  earlier: 1,
  matched: 1,
  match: () => 1,
} as const;

/** V-SKNN (Ludewig & Jannach, UMUAI 2018) as session-rec's example has it. */
export const vsknn: KnnOptions = {
  ...plain,
  place: (back, length) => (length - back) / length,
  scoreRarity: { factor: 5 },
  match: (back) => 1 / (back + 1),
};

/** VMIS-kNN (Kersbergen et al., SIGMOD 2022): the newest 500 visits of each item, 100 neighbours. */
export const vmis: KnnOptions = {
  ...plain,
  perItem: 500,
  sample: Infinity,
  neighbours: 100,
  place: (back, length) => (length - back) / length,
  scoreRarity: { factor: 1 },
  match: (back) => Math.max(0.1, 1 - back / 10),
};

/** STAN (Garg et al., SIGIR 2019): decays by place, age and distance, no rarity. */
export const stan: KnnOptions = {
  ...plain,
  place: (back) => Math.exp(-back / 1.02),
  ageMs: 5 * day,
  distance: (steps) => Math.exp(-Math.abs(steps) / 2.05),
};

/** VSTAN (Ludewig et al., UMUAI 2020): STAN with rarity. */
export const vstan: KnnOptions = {
  ...plain,
  place: (back) => Math.exp(-back / 3),
  rarity: 1,
  scoreRarity: { factor: 1 },
  ageMs: 30 * day,
  distance: (steps) => Math.exp(-Math.abs(steps) / 2),
};

/** VMIS+ of recommender-quality §3b, its robust default. */
export const vmisPlus: KnnOptions = {
  ...plain,
  last: 10,
  perItem: 128,
  sample: Infinity,
  neighbours: 100,
  place: (back) => Math.exp(-back / 5),
  rarity: 2,
  scoreRarity: { factor: 1, only: true },
  ageMs: 30 * day,
  length: 0.25,
  distance: (steps) => Math.exp(-Math.abs(steps) / 2),
  earlier: 0.8,
  matched: 4,
};

/** The same for people, without decay by time (§4d), and for carts (§4a). */
export const vmisPlusPerson: KnnOptions = { ...vmisPlus, last: 20, ageMs: Infinity };
export const vmisPlusCart: KnnOptions = {
  ...vmisPlus,
  perItem: 500,
  neighbours: 500,
  place: () => 1,
  ageMs: 60 * day,
  length: 0.5,
  power: 2,
  distance: () => 1,
  earlier: 1,
  matched: 1,
};

/** Visits like this one, and what else was in them. */
export function nearest(past: PastVisits, by: KnnOptions): Score {
  const likeness = new Float64Array(past.visits.length);
  const matched = new Int32Array(past.visits.length);
  const rarities = past.of.map((visits) => Math.log(past.visits.length / Math.max(1, visits.length)));
  return (all, query, scores) => {
    const own = all.slice(-by.last);
    const found: number[] = [];
    own.toReversed().forEach((item, back) => {
      const amount = by.place(back, own.length) * rarities[item]! ** by.rarity;
      const visits = past.of[item]!;
      for (let n = visits.length - 1; n >= Math.max(0, visits.length - by.perItem); n--) {
        const visit = visits[n]!;
        if (likeness[visit] === 0) {
          found.push(visit);
          matched[visit] = back;
        }
        likeness[visit]! += amount;
      }
    });
    const heard = chosen(past, found, { by, now: query.at ?? 0, likeness });
    for (const visit of heard)
      speak(past, visit, { own, back: matched[visit]!, by, rarities, likeness, query, scores });
    for (const visit of found) likeness[visit] = 0;
  };
}

function chosen(
  past: PastVisits,
  found: number[],
  { by, now, likeness }: { by: KnnOptions; now: number; likeness: Float64Array },
): number[] {
  const sampled = found.length > by.sample ? found.toSorted((a, b) => b - a).slice(0, by.sample) : found;
  for (const visit of sampled) {
    const { items, at } = past.visits[visit]!;
    const aged = likeness[visit]! * Math.exp(-Math.max(0, now - at) / by.ageMs) * items.length ** -by.length;
    likeness[visit] = Math.max(Number.MIN_VALUE, aged ** by.power);
  }
  return sampled.toSorted((a, b) => likeness[b]! - likeness[a]! || b - a).slice(0, by.neighbours);
}

function speak(
  past: PastVisits,
  visit: number,
  ask: {
    own: readonly number[];
    back: number;
    by: KnnOptions;
    rarities: readonly number[];
    likeness: Float64Array;
    query: PastQuery;
    scores: Scratch;
  },
): void {
  const { own, back, by, rarities, scores } = ask;
  const { items } = past.visits[visit]!;
  const key = own[own.length - 1 - back]!;
  const at = items.lastIndexOf(key);
  const loudness = ask.likeness[visit]! * by.match(back);
  const { factor, only = false } = by.scoreRarity;
  const seen = new Set<number>();
  for (let n = items.length - 1; n >= 0; n--) {
    const item = items[n]!;
    if (seen.has(item)) continue;
    seen.add(item);
    const rarity = only ? rarities[item]! : 1 + factor * rarities[item]!;
    const place = by.distance(n - at) * (n < at ? by.earlier : 1) * (item === key ? by.matched : 1);
    scores.add(item, loudness * place * rarity);
  }
}
