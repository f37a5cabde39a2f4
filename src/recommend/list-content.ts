import type { Alike } from './list-similar.ts';
import type { Neighbours, OwnStep } from './neighbours.ts';
import type { Occasions } from './occasions.ts';
import type { ItemScore, Scores } from './scores.ts';
import type { Scored } from './source.ts';
import type { Tuning } from './tuning.ts';

/** A share of content below this changes no list. */
const leastShare = 0.01;
/** In fewer visits than this an item has had no chance yet. */
const unprovenBelow = 5;

/** Adds to `scores` what is like the newest own items by its content. */
export function scoreByContent(
  alike: Alike,
  own: readonly OwnStep[],
  { tuning, scores }: { tuning: Tuning['content']; scores: Scores },
): void {
  for (let n = 0; n < own.length && n < tuning.last; n++) {
    const { item, weight } = own[n]!;
    const amount = weight * tuning.decay ** n;
    for (const { item: other, score } of alike.nearest(item)) scores.add(other, amount * score);
  }
}

/**
 * What likeness by content weighs beside neighbours: the fewer of them stand behind their best item, the more, so that
 * it helps where little is known and is silent where much is (recommender-quality §4d, §6).
 */
function contentShare(
  neighbours: Neighbours,
  own: readonly OwnStep[],
  ask: { near: Scores; tuning: Tuning['content'] },
) {
  const { near, tuning } = ask;
  if (tuning.most <= 0) return 0;
  const [best] = near.top(
    1,
    () => true,
    (a, b) => a - b,
  );
  const support = best === undefined ? 0 : neighbours.explain([best.item], own)[0]!.count;
  return tuning.most * Math.exp(-support / tuning.fade);
}

/** Adds likeness by content beside what neighbours say (`near`), into `whole`; `scores` is a scratch. */
export function mixContent(
  alike: Alike,
  own: readonly OwnStep[],
  ask: {
    neighbours: Neighbours;
    tuning: Tuning['content'];
    visits: Occasions;
    near: Scores;
    scores: Scores;
    whole: Scores;
  },
): void {
  const { neighbours, tuning, visits, near, scores, whole } = ask;
  const share = contentShare(neighbours, own, { near, tuning });
  if (share < leastShare) return;
  scoreByContent(alike, own, { tuning, scores });
  const { most } = scores;
  // Items that many have met stand where neighbours put them: content would only push them about (§4d, Sports).
  scores.change((item, score) => score * Math.max(1e-9, Math.exp(-visits.count(item) / tuning.known)));
  whole.mix(scores, (share * scores.most) / most);
}

/** Like the keys, and seen in fewer visits than can tell anything. `top`: the best of `scores` that pass. */
export function unproven(
  alike: Alike,
  keys: readonly number[],
  ask: {
    visits: Occasions;
    tuning: Tuning['content'];
    scores: Scores;
    top: (isNew: (item: number) => boolean) => readonly ItemScore[];
  },
): Scored[] {
  const { visits, tuning, scores, top } = ask;
  const own = keys.map((item): OwnStep => ({ item, weight: 1 }));
  scoreByContent(alike, own, { tuning, scores });
  const best = top((item) => !keys.includes(item) && visits.count(item) < unprovenBelow);
  return best.map(({ item, score }) => {
    return { item, score, count: 0, key: contentKey(alike, own, item), by: 'explored' };
  });
}

/** The own item that an item is most like. */
export function contentKey(alike: Alike, own: readonly OwnStep[], item: number): number {
  let [key, most] = [own[0]?.item ?? -1, 0];
  for (const one of own) {
    const score = alike.nearest(one.item).find((near) => near.item === item)?.score ?? 0;
    if (score > most) [key, most] = [one.item, score];
  }
  return most > 0 ? key : -1;
}
