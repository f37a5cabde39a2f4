import type { Asked, Asking } from './asking.ts';
import type { Key } from './key.ts';
import type { Found } from './list.ts';
import { contextOf, keyItemOf, type Check } from './sieve.ts';

/** Quarters of the whole (recommendations C-7). */
const whole = 4;

/** Does a criterion raise items? */
export function isLifting({ weights = [] }: Asked): boolean {
  return weights.some(({ weight }) => weight > 0);
}

/**
 * Raises items for which a rule holds: by as many quarters of the best score as the rule weighs, each rule by itself.
 * Nothing is removed; at the full weight every such item goes before all others (recommendations WGT-1).
 */
export function lifter(
  { weights = [], ...asked }: Asked,
  key: Key,
  asking: Asking,
): (list: readonly Found[]) => Found[] {
  const context = contextOf(keyItemOf(asked, key, asking), asking);
  const rules = weights.flatMap(({ rule, weight }) => {
    const bound = asking.rules.bindInclusion([rule], context);
    return bound === 'nothing' || weight === 0 ? [] : [{ checks: bound as Check[], weight }];
  });
  return (list) => {
    const first = list[0]?.score ?? 1;
    const lifted = list.map((one) => {
      const item = asking.shelf.get(one.id);
      const quarters = rules.reduce(
        (sum, { checks, weight }) => sum + (item && checks.every((check) => check.accepts(item)) ? weight : 0),
        0,
      );
      return { ...one, score: one.score / first + quarters / whole };
    });
    // The sort is stable: of equal scores the one that stood higher stays higher.
    return lifted.sort((a, b) => b.score - a.score);
  };
}
