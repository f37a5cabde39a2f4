import { BeckonError } from '../base/index.ts';
import type { Ask, Candidate, Criterion } from './criterion.ts';
import { tieOrder } from './criterion.ts';
import { errors } from './error.ts';
import { togetherReason } from './reason.ts';

/** Visits added to the base, so that a key seen once proves little (recommender-quality §6: shrink 2). */
const shrink = 2;

/** What visits that saw the key saw too (recommendations ALG-6, C-10: unordered within the visit). */
export const viewedTogether: Criterion = {
  key: 'viewed-together',
  title: 'Others also looked at',
  description: 'What people look at in the same visit as this item; popular items fill in.',
  hidesPurchased: true,
  keysOf: ({ item, pageItem }) => {
    const key = item ?? pageItem;
    if (key === undefined) {
      throw new BeckonError(errors.CRITERION_ITEM_MISSING, '"viewed-together" was asked without an item', {
        where: 'item',
      });
    }
    return [key];
  },
  candidates: viewedWith,
};

/**
 * Items by the share of the visits that saw a key and saw them too, P(y|x) = n(x,y) / (n(x) + 2), summed over the keys.
 * The score is the share for one key, and the mean over several.
 */
export function viewedWith({ model, scores, keys, limit, accept, nameOf }: Ask): Candidate[] {
  const known = keys.map((key) => model.items.find(key)).filter((key) => key !== -1);
  for (const key of known) {
    const base = model.viewed.visits(key) + shrink;
    model.companions.companions(key, (other, count) => scores.add(other, count / base));
  }
  const best = scores.top(limit, (item) => accept(model.items.name(item)), tieOrder(model));
  scores.clear();
  return best.map(({ item, score }) => {
    const because = known
      .map((key) => ({
        key: model.items.name(key),
        algorithm: 'viewed-together',
        count: model.companions.count(key, item),
      }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .slice(0, 3);
    const { key, count } = because[0]!;
    const reason = togetherReason('viewed-together', count, nameOf(key));
    return { id: model.items.name(item), score: Math.min(1, score / known.length), reason, because };
  });
}
