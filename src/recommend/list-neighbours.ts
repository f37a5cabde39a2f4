import type { Crowd } from './crowd.ts';
import { contentKey } from './list-content.ts';
import type { Alike } from './list-similar.ts';
import type { Neighbours, OwnStep } from './neighbours.ts';
import type { Scores } from './scores.ts';
import type { Algorithm, Scored, Step } from './source.ts';
import type { Tuning } from './tuning.ts';

/** Own steps, newest first, each item once at its newest place; at most `last`. */
export function newestOf<S extends OwnStep>(steps: readonly S[], last: number): S[] {
  const seen = new Set<number>();
  const own: S[] = [];
  for (let i = steps.length - 1; i >= 0 && own.length < last; i--) {
    const step = steps[i]!;
    if (step.item < 0 || seen.has(step.item)) continue;
    seen.add(step.item);
    own.push(step);
  }
  return own;
}

/** Steps newest first, each placed by its occasion: what was done at one time, as the lines of an order, stands together. */
export function placed(own: readonly (OwnStep & Step)[], occasions: number): OwnStep[] {
  const told: OwnStep[] = [];
  let place = -1;
  let last = Number.NaN;
  for (const { item, weight, at } of own) {
    if (at !== last) [place, last] = [place + 1, at];
    if (place >= occasions) break;
    told.push({ item, weight, place });
  }
  return told;
}

/** All steps of a person in order of time, each with what its kind weighs. */
export function weighedOf(
  { viewed, carted, bought }: Readonly<Record<'viewed' | 'carted' | 'bought', readonly Step[]>>,
  by: { view: number; cart: number; buy: number },
): (OwnStep & Step)[] {
  return [
    ...viewed.map(({ item, at }) => ({ item, at, weight: by.view })),
    ...carted.map(({ item, at }) => ({ item, at, weight: by.cart })),
    ...bought.map(({ item, at }) => ({ item, at, weight: by.buy })),
  ].sort((a, b) => a.at - b.at);
}

/** What the sequential rules say comes after the last of these steps (newest first). */
export function scoreByRules(
  crowd: Crowd,
  own: readonly OwnStep[],
  { tuning, now, scores }: { tuning: Tuning['rules']; now: number; scores: Scores },
): void {
  for (let n = 0; n < own.length; n++) {
    const { item, weight, place = n } = own[n]!;
    if (place >= tuning.last) break;
    const { items, weights, begin, end } = crowd.rules.row(item);
    let sum = 0;
    for (let at = begin; at < end; at += 2) sum += weights[at + 1]!;
    if (sum === 0) continue;
    // Worth scales both sides alike; the shrinking is in steps of now.
    const shrunk = crowd.rules.worth(sum, now) / (crowd.rules.worth(sum, now) + tuning.shrink);
    const factor = (weight * tuning.decay ** place * shrunk) / sum;
    if (!(factor > 0)) continue;
    for (let at = begin; at < end; at += 2) {
      const amount = weights[at + 1]! * factor;
      if (amount > 0) scores.add(items[at]!, amount);
    }
  }
}

/** Which own item led to `item` by the rules, the strongest. */
export function ruleKey(crowd: Crowd, own: readonly OwnStep[], item: number): number {
  let [key, most] = [own[0]?.item ?? -1, 0];
  for (const one of own) {
    const weight = crowd.rules.of(one.item, item);
    if (weight > most) [key, most] = [one.item, weight];
  }
  return key;
}

/** The list of a blend of neighbours and rules, each item with the part that spoke loudest for it. */
export function explained(
  crowd: Crowd,
  best: readonly { item: number; score: number }[],
  by: { neighbours: Neighbours; own: readonly OwnStep[]; algorithm: Algorithm; alike: Alike },
): Scored[] {
  const evidence = by.neighbours.explain(
    best.map(({ item }) => item),
    by.own,
  );
  return best.map(({ item, score }, i) => {
    const { count, key } = evidence[i]!;
    if (count > 0) return { item, score, count, key, by: by.algorithm };
    const from = ruleKey(crowd, by.own, item);
    const weight = crowd.rules.of(from, item);
    if (weight === 0) return { item, score, count: 0, key: contentKey(by.alike, by.own, item), by: 'similar' };
    const steps = crowd.rules.worth(weight, crowd.newestAt);
    return { item, score, count: Math.max(1, Math.round(steps)), key: from, by: 'next-in-sequence' };
  });
}
