import type { Order } from './best-items.ts';
import type { Crowd } from './crowd.ts';
import type { ItemScore, Scores } from './scores.ts';
import type { Scored } from './source.ts';
import type { Tuning } from './tuning.ts';

/** Items of a list from which a second step is taken, the best. */
const origins = 20;

/** An item that a second step led to, from which item of the list, and how often it comes after it, as a weight of rules. */
export interface FurtherItem extends ItemScore {
  from: number;
  weight: number;
}

/**
 * What usually comes after the items of a list, by the sequential rules, for places that the list leaves empty: where a
 * shop is sparse, visits like this one soon end, and what goes with what goes with the own items is wanted far more often
 * than what is popular. Scores lie below those of the list, in its order.
 *
 * @param scores a scratch, clear before and after
 */
export function further(
  crowd: Crowd,
  best: readonly ItemScore[],
  ask: {
    /** Of the whole list. */
    limit: number;
    accept: (item: number) => boolean;
    order: Order;
    tuning: Tuning['rules'];
    now: number;
    scores: Scores;
  },
): FurtherItem[] {
  const { limit, accept, scores } = ask;
  if (best.length === 0 || best.length >= limit) return [];
  const shown = new Set(best.map(({ item }) => item));
  const through = new Map<number, { from: number; amount: number; weight: number }>();
  for (const { item, score } of best.slice(0, origins)) {
    const { items, weights, begin, end } = crowd.rules.row(item);
    let sum = 0;
    for (let at = begin; at < end; at += 2) sum += weights[at + 1]!;
    const steps = crowd.rules.worth(sum, ask.now);
    const factor = (score * steps) / (steps + ask.tuning.shrink) / sum;
    for (let at = begin; at < end; at += 2) {
      const [other, weight] = [items[at]!, weights[at + 1]!];
      const amount = weight * factor;
      if (!(amount > 0) || shown.has(other)) continue;
      scores.add(other, amount);
      if (amount > (through.get(other)?.amount ?? 0)) through.set(other, { from: item, amount, weight });
    }
  }
  const found = scores.top(limit - best.length, accept, ask.order);
  scores.clear();
  const scale = best.at(-1)!.score / (2 * (found[0]?.score ?? 1));
  return found.map(({ item, score }) => {
    const { from, weight } = through.get(item)!;
    return { item, score: score * scale, from, weight };
  });
}

/** The best of a list, those before them that no score put there, and what speaks for them. */
export interface Best {
  first: Scored[];
  best: ItemScore[];
  more: FurtherItem[];
  explain(best: readonly ItemScore[]): Scored[];
}
/** Nothing at all. */
export const nothing: Best = { first: [], best: [], more: [], explain: () => [] };

/** A list and what follows; its key is the own item by which the item that led there stands in `list`. */
export function withFurther(crowd: Crowd, list: Scored[], items: readonly FurtherItem[]): Scored[] {
  if (items.length === 0) return list;
  const keys = new Map(list.map(({ item, key }) => [item, key]));
  const more = items.map(({ item, score, from, weight }): Scored => {
    const count = Math.max(1, Math.round(crowd.rules.worth(weight, crowd.newestAt)));
    return { item, score, count, key: keys.get(from) ?? null, by: 'two-steps' };
  });
  return [...list, ...more];
}
