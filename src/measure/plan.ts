import { BeckonError } from '../base/index.ts';
import { twoTailQuantile } from './distribution.ts';
import { errors } from './error.ts';

/** What a shop expects, for the question how many people it takes to see it. */
export interface Expectation {
  /** Share of the held-out who buy within the window, 0–1. */
  base: number;
  /** What is to be seen, relative to `base`: 0.1 is 10 % more buyers. */
  lift: number;
  /** Share held out, 0–1. */
  holdout: number;
  power?: number;
  alpha?: number;
}

/** People per arm. `decidedAnytime` is how many times as many it takes when one may look, and stop, at any time. */
export interface Plan {
  control: number;
  treated: number;
  decidedAnytime: { low: number; high: number };
}

/** The price of looking at any time, as times as many people: trust.md §5.2 "Size planner". */
const anytimePrice = { low: 1.55 ** 2, high: 1.7 ** 2 };

/**
 * How many people an effect on the share of buyers takes to be seen with `power`, by a fixed-sample test at `alpha`.
 * Source: trust.md §5.2 "Size planner"; vectors §6.10.
 *
 * @throws REPORT_PLAN_INVALID when a share is none, or the rate expected lies outside 0–1
 */
export function planSize({ base, lift, holdout, power = 0.8, alpha = 0.05 }: Expectation): Plan {
  const rate = base * (1 + lift);
  if (!(base > 0 && base < 1 && rate > 0 && rate < 1 && lift !== 0 && holdout > 0 && holdout < 1)) {
    const asked = `a base rate of ${base}, a lift of ${lift} and ${holdout} held out`;
    throw new BeckonError(errors.REPORT_PLAN_INVALID, `No number of people shows ${asked}`);
  }
  const times = (1 - holdout) / holdout;
  const z = twoTailQuantile(alpha) + twoTailQuantile(2 * (1 - power));
  const control = (z ** 2 * (base * (1 - base) + (rate * (1 - rate)) / times)) / (rate - base) ** 2;
  return { control: Math.ceil(control), treated: Math.ceil(control * times), decidedAnytime: anytimePrice };
}
