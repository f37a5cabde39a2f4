import type { Estimate, Sums } from './statistics.ts';

/**
 * Sums of pairs: `y` what is measured, `x` the same measure of the 28 days before assignment. What came after it may
 * never be `x`. Newcomers have x = 0. Source: Deng et al. 2013 (CUPED); trust.md §5.2.
 */
export interface PairSums extends Sums {
  xSum: number;
  xSquares: number;
  /** Σ x·y */
  products: number;
}

export function pairSumsOf(pairs: readonly { x: number; y: number }[]): PairSums {
  const sums: PairSums = { n: 0, sum: 0, squares: 0, xSum: 0, xSquares: 0, products: 0 };
  for (const { x, y } of pairs) {
    sums.n++;
    sums.sum += y;
    sums.squares += y * y;
    sums.xSum += x;
    sums.xSquares += x * x;
    sums.products += x * y;
  }
  return sums;
}

/** Sums of squares and products about the arm's own means. */
function centred({ n, sum, squares, xSum, xSquares, products }: PairSums): { yy: number; xx: number; xy: number } {
  if (n < 2) return { yy: 0, xx: 0, xy: 0 };
  return {
    yy: Math.max(0, squares - (sum * sum) / n),
    xx: Math.max(0, xSquares - (xSum * xSum) / n),
    xy: products - (sum * xSum) / n,
  };
}

/** θ pooled within arms: Σ Cov(y, x) / Σ Var(x), 0 when `x` never varies. */
export function pooledTheta(arms: readonly PairSums[]): number {
  let [xy, xx] = [0, 0];
  for (const arm of arms.map(centred)) {
    xy += arm.xy;
    xx += arm.xx;
  }
  return xx > 0 ? xy / xx : 0;
}

/**
 * Treated minus control, with what was known of each unit before taken off: ỹ = y − θ(x − x̄). The same difference in
 * expectation, with a smaller standard error when the past tells of the future. Both arms need two units.
 */
export function adjustedDifference(treated: PairSums, control: PairSums): Estimate & { theta: number } {
  const theta = pooledTheta([treated, control]);
  const meanOf = ({ n, sum, xSum }: PairSums) => (sum - theta * xSum) / n;
  const errorOf = (arm: PairSums) => {
    const { yy, xx, xy } = centred(arm);
    return Math.max(0, yy - 2 * theta * xy + theta * theta * xx) / (arm.n - 1) / arm.n;
  };
  return {
    value: meanOf(treated) - meanOf(control),
    se: Math.sqrt(errorOf(treated) + errorOf(control)),
    theta,
  };
}
