import type { Crowd } from './crowd.ts';
import type { Neighbours, OwnStep } from './neighbours.ts';
import type { ItemScore, Scores } from './scores.ts';
import type { Scored } from './source.ts';
import type { Tuning } from './tuning.ts';

/** Best sellers that may come into a basket by themselves. */
const sellers = 100;

export interface Order {
  items: readonly number[];
  at: number;
}

/** What a next basket is made of. */
export interface BasketParts {
  crowd: Crowd;
  neighbours: Neighbours;
  tuning: Tuning['basket'];
  /** Scratches, clear on entry; the caller clears them. */
  own: Scores;
  near: Scores;
  popular: Scores;
  whole: Scores;
}

/**
 * Scores what a person buys again and next: how often and how lately they bought it, what people who bought the same
 * buy, and a little of what sells (recommender-quality §4c). Orders in order of time.
 *
 * @returns own steps, the strongest first
 */
export function scoreBasket(parts: BasketParts, orders: readonly Order[], now: number): OwnStep[] {
  const { crowd, neighbours, tuning, own, near, popular, whole } = parts;
  orders.forEach(({ items }, n) => {
    const amount = tuning.decay ** (orders.length - 1 - n);
    for (const item of new Set(items)) if (item >= 0) own.add(item, amount);
  });
  const strongest = own.top(
    tuning.last,
    () => true,
    (a, b) => a - b,
  );
  const steps = strongest.map(({ item, score }): OwnStep => ({ item, weight: score }));
  neighbours.score(steps, tuning, { now, repeats: true, scores: near });
  for (const { item, weight } of crowd.bought.top(tuning.popularWindowMs, now, { limit: sellers, accept: () => true }))
    popular.add(item, weight);
  whole.mix(own, tuning.own);
  whole.mix(near, 1 - tuning.own);
  whole.mix(popular, tuning.popular);
  return steps;
}

/** The list, with what speaks for each item: the person's own orders, people alike, or everybody. */
export function explainBasket(
  { crowd, neighbours, tuning }: BasketParts,
  best: readonly ItemScore[],
  asked: { orders: readonly Order[]; steps: readonly OwnStep[]; now: number },
): Scored[] {
  const { orders, steps, now } = asked;
  const near = neighbours.explain(
    best.map(({ item }) => item),
    steps,
  );
  return best.map(({ item, score }, i) => {
    const times = orders.filter(({ items }) => items.includes(item)).length;
    if (times > 0) return { item, score, count: times, key: item, by: 'bought-again' };
    const { count, key } = near[i]!;
    if (count > 0) return { item, score, count, key, by: 'bought-by-alike' };
    const sold = Math.max(1, Math.round(crowd.bought.worth(item, tuning.popularWindowMs, now)));
    return { item, score, count: sold, key: null, by: 'top-sellers' };
  });
}
