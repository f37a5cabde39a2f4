import type { ItemScore, Scores } from './scores.ts';

/** A list with what it weighs among others. */
export interface Weighed {
  weight: number;
  list: readonly ItemScore[];
}

/**
 * Lists made one: an item in several has the sum of its scores times the weights of the lists (recommendations ALG-4 and
 * 14). `scores` is a scratch, clear before and after.
 */
export function mergeLists(
  lists: readonly Weighed[],
  ask: {
    limit: number;
    accept: (item: number) => boolean;
    order: (a: number, b: number) => number;
    scores: Scores;
  },
): ItemScore[] {
  for (const { weight, list } of lists) {
    for (const { item, score } of list) if (weight * score > 0) ask.scores.add(item, weight * score);
  }
  const best = ask.scores.top(ask.limit, ask.accept, ask.order);
  ask.scores.clear();
  return best;
}
