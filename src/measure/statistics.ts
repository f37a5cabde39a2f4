import { wilsonBounds } from '../base/index.ts';
import { chiSquareTail, logGamma, normalTwoTail, studentTwoTail, twoTailQuantile } from './distribution.ts';

/**
 * What the report says about chance, as pure functions of sums. Formulas: trust.md §5.2; the vectors of §6 are tests.
 * Everything works on (n, Σy, Σy²), so that the sums behind each figure can be given away and checked.
 */
export interface Sums {
  /** Units. */
  n: number;
  sum: number;
  squares: number;
}

/** An estimate with its standard error. */
export interface Estimate {
  value: number;
  se: number;
}

export interface Interval {
  low: number;
  high: number;
}

/** Least conversions an arm must have before a rate gets an interval (trust.md §5.2 "Floor"). */
export const rateFloor = 25;
/** Least buyers an arm must have before revenue gets an interval. */
export const buyerFloor = 50;
/** The N at which the confidence sequence is tightest. */
export const tightestAt = 5000;

/** Sums of a list of values. */
export function sumsOf(values: readonly number[]): Sums {
  return {
    n: values.length,
    sum: values.reduce((total, value) => total + value, 0),
    squares: values.reduce((total, value) => total + value * value, 0),
  };
}

/** Sums of a yes/no measure, `yes` of `n`, set so that `variance` gives p(1 − p), the form the published vectors use. */
export function sumsOfRate(yes: number, n: number): Sums {
  const p = yes / n;
  return { n, sum: yes, squares: (n - 1) * p * (1 - p) + yes * p };
}

export function mean({ n, sum }: Sums): number {
  return sum / n;
}

/** Sample variance; 0 for fewer than two units. */
export function variance({ n, sum, squares }: Sums): number {
  return n < 2 ? 0 : Math.max(0, (squares - (sum * sum) / n) / (n - 1));
}

/** Treated minus control, per unit. */
export function difference(treated: Sums, control: Sums): Estimate {
  return {
    value: mean(treated) - mean(control),
    se: Math.sqrt(variance(treated) / treated.n + variance(control) / control.n),
  };
}

/** Relative lift by the delta method: Δ / mean of control. Only meaningful when the control's mean is clearly above 0. */
export function lift(treated: Sums, control: Sums): Estimate {
  const [mt, mc] = [mean(treated), mean(control)];
  const fromTreated = variance(treated) / (treated.n * mc ** 2);
  const fromControl = (mt ** 2 * variance(control)) / (control.n * mc ** 4);
  return { value: (mt - mc) / mc, se: Math.sqrt(fromTreated + fromControl) };
}

/** Degrees of freedom by Welch and Satterthwaite. */
export function welchFreedom(treated: Sums, control: Sums): number {
  const [t, c] = [variance(treated) / treated.n, variance(control) / control.n];
  return (t + c) ** 2 / (t ** 2 / (treated.n - 1) + c ** 2 / (control.n - 1));
}

/** Interval and p of an estimate looked at once. `df` Infinity gives the normal. */
export function fixedSample({ value, se }: Estimate, df = Infinity, alpha = 0.05): Interval & { p: number } {
  const half = twoTailQuantile(alpha, df) * se;
  const t = value / se;
  return { low: value - half, high: value + half, p: df === Infinity ? normalTwoTail(t) : studentTwoTail(t, df) };
}

/** ρ² that makes the confidence sequence tightest at `n` units (Waudby-Smith et al., arXiv 2103.06476). */
export function rhoSquared(n = tightestAt, alpha = 0.05): number {
  return (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / n;
}

/** How a confidence sequence is set up: units seen so far, ρ², and how often it may be wrong at all. */
export interface Peek {
  n: number;
  rho2?: number;
  alpha?: number;
}

/** Half the width of the confidence sequence (arXiv 2103.06476 eq. 9): holds however often one looks. */
export function peekHalfWidth(se: number, { n, rho2 = rhoSquared(), alpha = 0.05 }: Peek): number {
  const grown = n * rho2 + 1;
  return se * Math.sqrt(n) * Math.sqrt(((2 * grown) / (n ** 2 * rho2)) * Math.log(Math.sqrt(grown) / alpha));
}

/** The confidence sequence around an estimate. */
export function peekInterval({ value, se }: Estimate, peek: Peek): Interval {
  const half = peekHalfWidth(se, peek);
  return { low: value - half, high: value + half };
}

/** p that stays valid however often one looks. */
export function peekP({ value, se }: Estimate, { n, rho2 = rhoSquared() }: Peek): number {
  const grown = n * rho2 + 1;
  const logE = (rho2 * (value / se) ** 2 * n) / (2 * grown) - Math.log(grown) / 2;
  return Math.min(1, Math.exp(-logE));
}

/** Wilson's interval for `yes` of `n`. */
export function wilson(yes: number, n: number, alpha = 0.05): Interval {
  return wilsonBounds(yes, n, twoTailQuantile(alpha));
}

/** Do the arms have the sizes their shares promise? χ², its p, and 1/E of the peek-safe version (Lindon & Malek, c = 100). */
export function sampleRatio(
  counts: readonly number[],
  shares: readonly number[],
): { chi2: number; p: number; peekP: number } {
  const n = counts.reduce((total, count) => total + count, 0);
  const chi2 = counts.reduce((total, count, i) => total + (count - n * shares[i]!) ** 2 / (n * shares[i]!), 0);
  const c = 100;
  let logE = logGamma(c) - logGamma(c + n);
  for (const [i, count] of counts.entries()) {
    const share = shares[i]!;
    logE += logGamma(c * share + count) - logGamma(c * share) - count * Math.log(share);
  }
  return { chi2, p: chiSquareTail(chi2, counts.length - 1), peekP: Math.min(1, Math.exp(-logE)) };
}
