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

/** Steps to either side for which a distance is reckoned ahead. */
const furthest = 512;

/** What one look at the neighbours works with. */
interface Look {
  past: PastVisits;
  by: KnnOptions;
  /** Of each item, and of a visit by how far a step lies from the match (from `-furthest` on). */
  rarities: Float64Array;
  distances: Float64Array;
  /** Of each visit how alike it is, and by which own item, counted back from the newest. */
  likeness: Float64Array;
  matched: Int32Array;
}

/** Visits like this one, and what else was in them. */
export function nearest(past: PastVisits, by: KnnOptions): Score {
  const look: Look = {
    past,
    by,
    rarities: Float64Array.from(past.of, (visits) => Math.log(past.visits.length / Math.max(1, visits.length))),
    distances: Float64Array.from({ length: 2 * furthest + 1 }, (_, n) => by.distance(n - furthest)),
    likeness: new Float64Array(past.visits.length),
    matched: new Int32Array(past.visits.length),
  };
  return (all, query, scores) => {
    const own = all.slice(-by.last);
    const found = gathered(look, own);
    for (const visit of chosen(look, found, query.at ?? 0)) speak(look, visit, own, scores);
    for (const visit of found) look.likeness[visit] = 0;
  };
}

/** The visits that share an item with the own ones. */
function gathered({ past, by, rarities, likeness, matched }: Look, own: readonly number[]): number[] {
  const found: number[] = [];
  for (let back = 0; back < own.length; back++) {
    const item = own[own.length - 1 - back]!;
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
  }
  return found;
}

/** The most alike of the newest; of two that are as alike the newer one first. */
function chosen({ past, by, likeness }: Look, found: readonly number[], now: number): number[] {
  const sampled = Int32Array.from(found).sort().slice(-by.sample).reverse();
  for (const visit of sampled) {
    const { items, at } = past.visits[visit]!;
    const aged = likeness[visit]! * Math.exp(-Math.max(0, now - at) / by.ageMs) * items.length ** -by.length;
    likeness[visit] = Math.max(Number.MIN_VALUE, aged ** by.power);
  }
  const least =
    Float64Array.from(sampled, (visit) => likeness[visit]!)
      .sort()
      .at(-by.neighbours) ?? 0;
  const above = Array.from(sampled).filter((visit) => likeness[visit]! >= least);
  return above.sort((a, b) => likeness[b]! - likeness[a]! || b - a).slice(0, by.neighbours);
}

/** Adds what a visit had, each item at its last place. */
function speak(look: Look, visit: number, own: readonly number[], scores: Scratch): void {
  const { past, by, rarities, distances, likeness, matched } = look;
  const { items, places } = past.lastPlaces(visit);
  const back = matched[visit]!;
  const key = own[own.length - 1 - back]!;
  const at = places[items.indexOf(key)]!;
  const loudness = likeness[visit]! * by.match(back);
  const { factor, only = false } = by.scoreRarity;
  for (let n = 0; n < items.length; n++) {
    const [item, steps] = [items[n]!, places[n]! - at];
    const rarity = only ? rarities[item]! : 1 + factor * rarities[item]!;
    const distance = Math.abs(steps) > furthest ? by.distance(steps) : distances[steps + furthest]!;
    scores.add(item, loudness * distance * (steps < 0 ? by.earlier : 1) * (item === key ? by.matched : 1) * rarity);
  }
}
