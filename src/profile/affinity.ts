import { viewedLimit, type Score } from './profile.ts';
import { withAt } from './viewed.ts';

/** Scores of items that are remembered; as many as there are viewed items. */
const itemLimit = viewedLimit;
/** Favourite categories (recommendations BEH-6). */
const categoryLimit = 5;
const firstScore = 10;
const laterScore = 5;
/** An item's score below this is forgotten. */
const faintScore = 0.05;

/**
 * Item scores after a view: the first of a visit earns 10, every other 5, whatever the item (golden example 2). Pure.
 *
 * @param isFirst is it the first view of its visit
 */
export function itemViewed(scores: readonly Score[], item: string, isFirst: boolean): Score[] {
  let was = 0;
  while (was < scores.length && scores[was]![0] !== item) was++;
  const score = (scores[was]?.[1] ?? 0) + (isFirst ? firstScore : laterScore);
  // Best first as they are; of equal ones the one viewed last stands first. What is viewed again only rises.
  let place = 0;
  while (place < was && scores[place]![1] > score) place++;
  return withAt(scores, { was, place, one: [item, score] });
}

/**
 * Category scores after an interest: 10 for the very first of an empty list, 5 for every other; a category that is new
 * to the list takes 1 from all that are in it; a sixth drops the lowest (golden example 3). Pure.
 */
export function categoryLiked(scores: readonly Score[], category: string): Score[] {
  if (scores.length === 0) return [[category, firstScore]];
  const known = scores.find(([id]) => id === category)?.[1];
  if (known !== undefined)
    return best(scores.map(([id, score]): Score => [id, id === category ? score + laterScore : score]));
  const lowered = scores.map(([id, score]): Score => [id, Math.max(0, score - 1)]);
  return best([[category, laterScore], ...lowered]).slice(0, categoryLimit);
}

/** The end of a visit halves every score. Pure. */
export function itemsHalved(scores: readonly Score[]): Score[] {
  return categoriesHalved(scores).filter(([, score]) => score >= faintScore);
}

export function categoriesHalved(scores: readonly Score[]): Score[] {
  return scores.map(([id, score]) => [id, score / 2]);
}

/** Scores of two that are one person: the sums. */
export function joinScores(a: readonly Score[], b: readonly Score[], limit: 'items' | 'categories'): Score[] {
  const sums = new Map(a);
  for (const [id, score] of b) sums.set(id, (sums.get(id) ?? 0) + score);
  return best([...sums]).slice(0, limit === 'items' ? itemLimit : categoryLimit);
}

function best(scores: Score[]): Score[] {
  return scores.sort((a, b) => b[1] - a[1]);
}
