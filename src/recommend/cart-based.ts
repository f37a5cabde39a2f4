import type { Because } from './answer.ts';
import type { Ask, Candidate, Criterion } from './criterion.ts';
import { tieOrder } from './criterion.ts';
import type { Model } from './model.ts';
import type { Evidence } from './reason.ts';
import { togetherReason } from './reason.ts';
import type { ItemScore } from './scores.ts';
import { viewedWith } from './viewed-together.ts';

/** What being carted together weighs against being bought together (recommender-quality §6). */
const cartedWeight = 0.5;
/** Visits added to the base, so that two items met once do not go before all others; measured to cost nothing on §4a. */
const shrink = 2;
/** How many lines of a cart count, the last added. */
const keyLimit = 100;

/**
 * What goes with a cart: items bought, or put in the cart, in the same visits as its lines. Where these are too few,
 * items viewed in the same visits follow.
 */
export const cartBased: Criterion = {
  key: 'cart-based',
  title: 'Goes well with your cart',
  description:
    'What others bought or put in the cart together with these items, then what they looked at together; popular items fill in.',
  hidesPurchased: true,
  keysOf: ({ cart }, person) => cart ?? person?.cart.map(({ item }) => item) ?? [],
  candidates,
};

function candidates(whole: Ask): Candidate[] {
  const ask = { ...whole, keys: whole.keys.slice(-keyLimit) };
  const strong = boughtWith(ask);
  if (strong.length === ask.limit) return strong;
  const shown = new Set(strong.map(({ id }) => id));
  const weak = viewedWith({
    ...ask,
    limit: ask.limit - strong.length,
    accept: (id) => !shown.has(id) && ask.accept(id),
  });
  // The two kinds are not comparable: bought and carted lie above one half, viewed below.
  return [...strong, ...weak.map((candidate) => ({ ...candidate, score: candidate.score / 2 }))];
}

function boughtWith({ model, scores, keys, limit, accept, nameOf }: Ask): Candidate[] {
  const known = keys.map((key) => model.items.find(key)).filter((key) => key !== -1);
  for (const key of known) {
    const ofKey = weightOf(model, key);
    model.pairs.companions(key, (other, bought, carted) => {
      const both = bought + cartedWeight * carted;
      scores.add(other, likeness(both / (ofKey + weightOf(model, other) - both + shrink)));
    });
  }
  const best = scores.top(limit, (item) => accept(model.items.name(item)), tieOrder(model));
  scores.clear();
  const first = best[0]?.score ?? 1;
  return best.map((scored) => ({
    id: model.items.name(scored.item),
    score: 0.5 + scored.score / first / 2,
    ...why(model, scored, known, nameOf),
  }));
}

/** Jaccard^1.5: summed over the cart, it predicted carts best of all that need no matrix (recommender-quality §4a). */
function likeness(jaccard: number): number {
  return jaccard * Math.sqrt(jaccard);
}

function weightOf(model: Model, item: number): number {
  return model.bought.visits(item) + cartedWeight * model.carted(item);
}

/** The three strongest pieces of evidence, buying before carting. */
function why(
  model: Model,
  { item }: ItemScore,
  keys: readonly number[],
  nameOf: (id: string) => string | null,
): { reason: string; because: Because[] } {
  const because: (Because & { key: string; algorithm: Evidence })[] = [];
  for (const number of keys) {
    const key = model.items.name(number);
    const { bought, carted } = model.pairs.counts(number, item);
    if (bought > 0) because.push({ key, algorithm: 'bought-together', count: bought });
    else if (carted > 0) because.push({ key, algorithm: 'carted-together', count: carted });
  }
  const strength = ({ algorithm, count }: Because) => count * (algorithm === 'bought-together' ? 1 : cartedWeight);
  because.sort((a, b) => strength(b) - strength(a));
  const { key, algorithm, count } = because[0]!;
  return { reason: togetherReason(algorithm, count, nameOf(key)), because: because.slice(0, 3) };
}
