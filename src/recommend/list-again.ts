import type { Returns } from './crowd.ts';
import type { OwnStep } from './neighbours.ts';
import type { Scores } from './scores.ts';

/** How far items looked at before are moved to where the shop's habits put them: 0 leaves them, 1 trusts these alone. */
const trust = 0.35;

/**
 * Puts the items of a visit, where they may come back, among the others as often as people of this shop go back: in one
 * every fourth view is the same page again, in another every third is of an item looked at before and none the same again.
 *
 * The item looked at now gets the share of all scores that its return has of all that comes next; how neighbours speak of
 * it says nothing, as it is what they were found by. Those before it keep their order, and together come nearer to theirs.
 *
 * @param own newest first, each item once
 */
export function placeOwn(scores: Scores, own: readonly OwnStep[], { again, back, onward }: Returns): void {
  const [current, ...before] = own.map(({ item }) => item);
  if (current === undefined || onward === 0) return;
  const massOfOwn = before.reduce((sum, item) => sum + scores.score(item), 0);
  const massOfNew = scores.total - massOfOwn - scores.score(current);
  if (massOfNew <= 0) return;
  const factor = massOfOwn === 0 ? 1 : (((back / onward) * massOfNew) / massOfOwn) ** trust;
  const isBefore = new Set(before);
  const ofCurrent = Math.max((again / onward) * massOfNew, Number.MIN_VALUE);
  if (scores.score(current) === 0) scores.add(current, ofCurrent);
  scores.change((item, score) => {
    if (item === current) return ofCurrent;
    return isBefore.has(item) ? Math.max(score * factor, Number.MIN_VALUE) : score;
  });
}
