import type { Crowd } from './crowd.ts';
import type { ItemModel } from './item-model.ts';
import { contentKey } from './list-content.ts';
import type { Alike } from './list-similar.ts';
import type { Neighbours, OwnStep } from './neighbours.ts';
import type { Scores } from './scores.ts';
import type { Algorithm, Scored } from './source.ts';
import type { CartCounts } from './solve-items.ts';
import type { Tuning } from './tuning.ts';

/** What a cart's list is made of. */
export interface CartParts {
  crowd: Crowd;
  neighbours: Neighbours;
  model: ItemModel | null;
  tuning: Tuning['cart'];
  /** Scratches, clear on entry; the caller clears them. */
  near: Scores;
  alike: Scores;
  learned: Scores;
  whole: Scores;
}

/**
 * Scores what goes with a cart (its lines newest first, each once): pairs bought or carted together, carts like this
 * one, and the item model where there is one (recommender-quality §4a).
 */
export function scoreCart(parts: CartParts, lines: readonly OwnStep[], now: number): void {
  const { crowd, neighbours, model, tuning, near, alike, learned, whole } = parts;
  for (const { item } of lines) scorePairs(crowd, item, { tuning, scores: alike });
  neighbours.score(lines, tuning, { now, repeats: false, scores: near });
  const knows = model !== null && lines.some(({ item }) => model.knows(item));
  if (knows) for (const { item } of lines) model.companions(item, (other, weight) => learned.add(other, weight));
  const shares = knows ? tuning.withModel : { ...tuning.without, model: 0 };
  whole.mix(learned, shares.model);
  whole.mix(alike, shares.jaccard);
  whole.mix(near, shares.neighbours);
}

/** In how many carts items were, alone and together: a cart that was not bought counts less. */
export function cartCounts(crowd: Crowd, cartedWeight: number): CartCounts {
  return {
    carts: (item) => crowd.bought.visits(item) + cartedWeight * crowd.carted.visits(item),
    together: (a, b) => {
      const { bought, carted } = crowd.pairs.counts(a, b);
      return bought + cartedWeight * carted;
    },
    companions: (item, see) =>
      crowd.pairs.companions(item, (other, bought, carted) => see(other, bought + cartedWeight * carted)),
  };
}

/** Jaccard of the visits that bought or carted both, to a power that lets strong pairs go before many weak ones. */
function scorePairs(crowd: Crowd, key: number, { tuning, scores }: { tuning: Tuning['cart']; scores: Scores }): void {
  const { cartedWeight, shrink, jaccardPower } = tuning;
  const { bought, carted, pairs } = crowd;
  const ofKey = bought.visits(key) + cartedWeight * carted.visits(key);
  const { page, begin, end } = pairs.row(key);
  for (let at = begin; at < end; at += 3) {
    const other = page[at]!;
    const both = page[at + 1]! + cartedWeight * page[at + 2]!;
    const ofOther = bought.visits(other) + cartedWeight * carted.visits(other);
    const jaccard = both / (ofKey + ofOther - both + shrink);
    const amount = jaccardPower === 1.5 ? jaccard * Math.sqrt(jaccard) : jaccard ** jaccardPower;
    if (amount > 0) scores.add(other, amount);
  }
}

/** How much an item belongs to others, by the same likeness. */
export function belongs(crowd: Crowd, item: number, others: readonly number[], tuning: Tuning['cart']): number {
  const counts = cartCounts(crowd, tuning.cartedWeight);
  let sum = 0;
  for (const other of others) {
    if (other < 0 || other === item) continue;
    // The person's own cart is no evidence of what others put together.
    const both = counts.together(item, other) - tuning.cartedWeight;
    if (both <= 0) continue;
    sum += (both / (counts.carts(item) + counts.carts(other) - both + tuning.shrink)) ** tuning.jaccardPower;
  }
  return sum;
}

/** The list, with the line and the number of visits that speak loudest for each item. */
export function explainCart(
  { crowd, neighbours, model, tuning }: CartParts,
  best: readonly { item: number; score: number }[],
  { lines, alike }: { lines: readonly OwnStep[]; alike: Alike },
): Scored[] {
  const near = neighbours.explain(
    best.map(({ item }) => item),
    lines,
  );
  return best.map(({ item, score }, i) => {
    let found: { key: number; count: number; by: Algorithm } | null = null;
    let most = 0;
    for (const { item: key } of lines) {
      const { bought, carted } = crowd.pairs.counts(key, item);
      const strength = bought + tuning.cartedWeight * carted;
      if (strength <= most) continue;
      most = strength;
      found =
        bought > 0 ? { key, count: bought, by: 'bought-together' } : { key, count: carted, by: 'carted-together' };
    }
    if (near[i]!.count > 0) found ??= { ...near[i]!, by: 'session-neighbours' };
    found ??= modelKey(model, lines, item);
    found ??= { key: contentKey(alike, lines, item), count: 0, by: 'similar' };
    return { item, score, ...found };
  });
}

/** The line for which the item model speaks loudest, if it speaks for the item at all. */
function modelKey(
  model: ItemModel | null,
  lines: readonly OwnStep[],
  item: number,
): { key: number; count: number; by: Algorithm } | null {
  let [key, most] = [-1, 0];
  for (const line of lines) {
    const weight = model?.weight(line.item, item) ?? 0;
    if (weight > most) [key, most] = [line.item, weight];
  }
  return most > 0 ? { key, count: 0, by: 'item-model' } : null;
}
