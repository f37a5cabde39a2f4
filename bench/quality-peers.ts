import type { PastQuery } from '../src/recommend/index.ts';
import type { Answer } from './quality-measure.ts';
import { type PastVisits, rowOf, Scratch } from './quality-past.ts';

/** Published methods that count, small and for comparison only; nearest neighbours and linear models lie beside. */

/** Scores items for own items, the newest last. */
export type Score = (own: readonly number[], query: PastQuery, scores: Scratch) => void;

export function answerBy(past: PastVisits, score: Score): Answer {
  const scores = new Scratch(past.ids.length);
  return (query) => {
    const own = past.ownOf(query);
    score(own, query, scores);
    scores.drop(past.hiddenOf(query, own));
    const best = scores.best(query.limit ?? 20);
    scores.clear();
    return best.map((item) => past.ids[item]!);
  };
}

/** Several methods as one, each divided by its largest score (recommender-quality §6). */
export function mixed(past: PastVisits, parts: readonly (readonly [share: number, part: Score])[]): Score {
  const each = new Scratch(past.ids.length);
  return (own, query, scores) => {
    for (const [share, part] of parts) {
      part(own, query, each);
      if (query.repeats !== true) each.drop(own);
      scores.mix(each, share);
      each.clear();
    }
  };
}

/** Visits with the item; with a half-life, newer ones more. */
export function popularity(past: PastVisits, halfLifeMs = Infinity): Score {
  const newest = past.visits.at(-1)?.at ?? 0;
  const weights = past.of.map((visits, item) => {
    let sum = 0;
    for (const visit of visits) sum += 2 ** -((newest - past.visits[visit]!.at) / halfLifeMs);
    return { item, sum };
  });
  const best = weights.sort((a, b) => b.sum - a.sum).slice(0, 500);
  return (_own, _query, scores) => best.forEach(({ item, sum }) => scores.add(item, sum));
}

/** How alike two items are that met in `both` visits, were in `a` and `b`, of `all`. */
export type Alike = (both: number, a: number, b: number, all: number) => number;

export const alikes = {
  counted: (both) => both,
  rate: (both, a) => both / a,
  cosine: (both, a, b) => both / Math.sqrt(a * b),
  jaccard: (both, a, b) => both / (a + b - both),
  jaccard15: (both, a, b) => (both / (a + b - both)) ** 1.5,
  lift: (both, a, b, all) => (both * all) / (a * b),
  ppmi: (both, a, b, all) => (Math.max(0, Math.log((both * all) / (a * b))) * both) / (both + 5),
  llr: (both, a, b, all) => llrOf(both, a - both, b - both, all - a - b + both),
} satisfies Record<string, Alike>;

/** Dunning's log-likelihood ratio of a table of four counts; 0 where the two meet less often than by chance. */
function llrOf(both: number, onlyA: number, onlyB: number, neither: number): number {
  const all = both + onlyA + onlyB + neither;
  if (both * all <= (both + onlyA) * (both + onlyB)) return 0;
  const h = (...counts: number[]) => counts.reduce((sum, k) => sum + (k > 0 ? k * Math.log(k / all) : 0), 0);
  return 2 * (h(both, onlyA, onlyB, neither) - h(both + onlyA, onlyB + neither) - h(both + onlyB, onlyA + neither));
}

/** Items that met the last item of the visit, or every line of a cart (and everything a person had). */
export function pairwise(past: PastVisits, alike: Alike): Score {
  const { of, visits } = past;
  const known: Float64Array[] = [];
  const amountsOf = (key: number) => {
    const { items, amounts } = past.pairs[key]!;
    const like = (both: number, n: number) => alike(both, of[key]!.length, of[items[n]!]!.length, visits.length);
    return (known[key] ??= amounts.map(like));
  };
  return (own, query, scores) => {
    for (const key of keysOf(own, query)) {
      const [{ items }, amounts] = [past.pairs[key]!, amountsOf(key)];
      for (let n = 0; n < items.length; n++) if (amounts[n]! > 0) scores.add(items[n]!, amounts[n]!);
    }
  };
}

function keysOf(own: readonly number[], query: PastQuery): readonly number[] {
  return query.criterion === 'session' ? own.slice(-1) : own.slice(-50);
}

export interface RuleOptions {
  /** What a step d further on weighs, and the way back as a share of it. */
  weight(d: number): number;
  back: number;
  /** Own items asked, the newest; and how the n-th newest counts. */
  last: number;
  place(n: number): number;
  /** The weight as it is, as a share of all that follows, or as a cosine. */
  by: 'weight' | 'share' | 'cosine';
}

/** Sequential rules as session-rec's "sr" has them: ten steps, 1 / d², asked of the last item. */
export const quadraticRules: RuleOptions = { weight: (d) => d ** -2, back: 0, last: 1, place: () => 1, by: 'weight' };
/** The best rules of recommender-quality §3b, and those of §4d for people. */
export const decayedRules: RuleOptions = {
  weight: (d) => 1 / d,
  back: 0.3,
  last: 5,
  place: (n) => 0.6 ** n,
  by: 'share',
};
export const personRules: RuleOptions = {
  weight: (d) => 1 / d,
  back: 0.5,
  last: 20,
  place: (n) => 0.8 ** n,
  by: 'cosine',
};

/** What came within ten steps after an own item. */
export function sequential(past: PastVisits, options: RuleOptions): Score {
  const rules = past.ids.map(() => new Map<number, number>());
  const add = (from: number, to: number, weight: number) => {
    if (weight > 0) rules[from]!.set(to, (rules[from]!.get(to) ?? 0) + weight);
  };
  for (const { items } of past.visits) {
    for (let n = 1; n < items.length; n++) {
      for (let d = 1; d <= 10 && d <= n; d++) {
        add(items[n - d]!, items[n]!, options.weight(d));
        add(items[n]!, items[n - d]!, options.weight(d) * options.back);
      }
    }
  }
  const sums = rules.map((all) => [...all.values()].reduce((sum, weight) => sum + weight, 0));
  const divisor = (key: number, other: number) => {
    if (options.by === 'weight') return 1;
    return options.by === 'share' ? sums[key]! : Math.sqrt(past.of[key]!.length * past.of[other]!.length);
  };
  const rows = rules.map((all, key) => rowOf(new Map([...all].map(([other, w]) => [other, w / divisor(key, other)]))));
  return (own, query, scores) => {
    const keys = query.criterion === 'session' || options.last > 1 ? own.slice(-options.last) : own.slice(-50);
    keys.toReversed().forEach((key, place) => {
      const [{ items, amounts }, loud] = [rows[key]!, options.place(place)];
      for (let n = 0; n < items.length; n++) scores.add(items[n]!, loud * amounts[n]!);
    });
  };
}

/** What is labelled alike (idf², labels of more than a quarter of the items left out): the cosine with the last items. */
export function content(past: PastVisits): Score {
  const labels = past.labels();
  const having = new Map<string, number[]>();
  for (const [item, own] of labels)
    for (const label of new Set(own)) having.set(label, [...(having.get(label) ?? []), item]);
  const weight = (label: string) => {
    const share = having.get(label)!.length / labels.size;
    return share > 0.25 ? 0 : Math.log(1 / share) ** 2;
  };
  const norms = new Float64Array(past.ids.length);
  for (const [item, own] of labels) norms[item] = Math.hypot(...own.map(weight)) || 1;
  const alike = new Map([...having].map(([label, items]) => [label, { items, amount: weight(label) ** 2 }]));
  return (own, _query, scores) => {
    own.slice(-3).forEach((key, i, keys) => {
      const place = 0.8 ** (keys.length - 1 - i);
      for (const label of labels.get(key) ?? []) {
        const { items, amount } = alike.get(label)!;
        if (amount === 0) continue;
        for (const other of items) scores.add(other, (place * amount) / (norms[key]! * norms[other]!));
      }
    });
  };
}

/** What is left in the cart, the newest first; the rest after it (§4b). */
export function leftFirst(past: PastVisits, rest: Score): Score {
  const each = mixed(past, [[1, rest]]);
  return (own, query, scores) => {
    each(own, query, scores);
    past.leftOf(query).forEach((item, n) => scores.add(item, 2 + n));
  };
}
