import { describe, expect, it } from 'vitest';
import {
  difference,
  fixedSample,
  lift,
  mean,
  peekHalfWidth,
  peekInterval,
  peekP,
  rhoSquared,
  sampleRatio,
  sumsOf,
  sumsOfRate,
  variance,
  welchFreedom,
  wilson,
} from './statistics.ts';
import { chiSquareTail } from './distribution.ts';

/** The vectors of trust.md §6 hold to 1e-5 unless it prints fewer digits. */
const near = (value: number, expected: number, tolerance = 1e-5) =>
  expect(Math.abs(value - expected), `${value} ≈ ${expected}`).toBeLessThanOrEqual(tolerance);

const control = { n: 3407, sum: 1396.87, squares: 52377.9767 };
const treated = { n: 3461, sum: 2422.7, squares: 134698.29 };

describe('published vectors (trust 6.1)', () => {
  it('difference() and fixedSample() give Welch’s absolute figures', () => {
    const estimate = difference(treated, control);
    const df = welchFreedom(treated, control);
    const { low, high, p } = fixedSample(estimate, df);
    near(estimate.value, 0.29);
    near(estimate.se, 0.12478);
    near(df, 5841.742, 1e-3);
    near(low, 0.04538);
    near(high, 0.53462);
    near(p, 0.02016);
  });

  it('lift() gives Welch’s relative figures', () => {
    const estimate = lift(treated, control);
    const { low, high, p } = fixedSample(estimate, welchFreedom(treated, control));
    near(estimate.value, 0.70732);
    near(estimate.se, 0.37879);
    near(low, -0.03526);
    near(high, 1.44989);
    near(p, 0.06191);
  });

  it('peekInterval() gives the sequential figures', () => {
    const estimate = lift(treated, { ...control, n: 3000 });
    const rho2 = rhoSquared(1000);
    const { low, high } = peekInterval(estimate, { n: 6461, rho2 });
    near(Math.sqrt(rho2), 0.0890851);
    near(estimate.value, 0.50336);
    near(estimate.se, 0.33341);
    near(low, -0.55844);
    near(high, 1.56516);
    expect(peekP(estimate, { n: 6461, rho2 })).toBe(1);
  });

  it('peekInterval() gives the sequential figures of proportions (journeys X6)', () => {
    const estimate = lift(sumsOfRate(2422, 3461), sumsOfRate(1396, 3000));
    const { low, high } = peekInterval(estimate, { n: 6461 });
    near(Math.sqrt(rhoSquared()), 0.0398401);
    near(estimate.value, 0.50386);
    near(estimate.se, 0.03386);
    near(low, 0.40098);
    near(high, 0.60675);
    expect(peekP(estimate, { n: 6461 })).toBeLessThan(1e-40);
  });

  it('peekHalfWidth() equals the normal mixture bound of Howard et al.', () => {
    near(100 * peekHalfWidth(0.1, { n: 100, rho2: 1 / 12.60056097925634 }), 30.35209);
  });

  it('difference() gives Spotify’s example of two shares, and chiSquareTail() its p', () => {
    const [yes, n] = [42 + 500, 104 + 1009];
    const estimate = difference(sumsOfRate(500, 1009), sumsOfRate(42, 104));
    const { low, high } = fixedSample(estimate);
    near(estimate.value, 0.091694);
    near(low, -0.0075254, 1e-5);
    near(high, 0.190913, 1e-5);
    const pooled = (yes / n) * (1 - yes / n) * (1 / 104 + 1 / 1009);
    near(chiSquareTail(estimate.value ** 2 / pooled, 1), 0.074866);
  });

  it('sampleRatio() gives Kohavi’s known example', () => {
    const { chi2, p } = sampleRatio([821588, 815482], [0.5, 0.5]);
    near(chi2, 22.774369);
    near(p, 1.82179e-6, 1e-10);
  });
});

describe('worked examples', () => {
  it('gives the revenue figures of 90/10 (trust 6.2)', () => {
    const t = { n: 9000, sum: 32400, squares: 4860000 };
    const c = { n: 1000, sum: 3000, squares: 420000 };
    const estimate = difference(t, c);
    const welch = fixedSample(estimate, welchFreedom(t, c));
    const peek = peekInterval(estimate, { n: 10000 });
    const relative = lift(t, c);
    near(mean(t), 3.6);
    near(variance(t), 527.098567);
    near(variance(c), 411.411411);
    near(estimate.se, 0.685549);
    near(welchFreedom(t, c), 1300.744, 1e-3);
    near(welch.low, -0.744903);
    near(welch.high, 1.944903);
    near(welch.p, 0.381621);
    near(peekHalfWidth(estimate.se, { n: 10000 }), 2.098794);
    near(peekHalfWidth(estimate.se, { n: 10000, rho2: 10 ** -2.8 }), 2.09872);
    near(peek.low, -1.498794);
    near(peek.high, 2.698794);
    expect(peekP(estimate, { n: 10000 })).toBe(1);
    near(relative.value, 0.2);
    near(relative.se, 0.268948);
    near(fixedSample(relative).low, -0.327129);
    near(estimate.value * t.n, 5400);
  });

  it('gives the conversion figures (trust 6.3)', () => {
    const estimate = difference(sumsOfRate(2880, 90000), sumsOfRate(240, 10000));
    const fixed = fixedSample(estimate);
    const peek = peekInterval(estimate, { n: 100000 });
    near(estimate.value, 0.008);
    near(estimate.se, 0.001639078, 1e-6);
    near(fixed.p, 1.0566e-6, 1e-9);
    near(fixed.low, 0.004787);
    near(fixed.high, 0.011213);
    near(peek.low, 0.002531);
    near(peek.high, 0.013469);
    near(peekP(estimate, { n: 100000 }), 9.1445e-5, 1e-6);
    const small = difference(sumsOfRate(270, 9000), sumsOfRate(24, 1000));
    near(small.se, 0.005163074);
    near(peekInterval(small, { n: 10000 }).low, -0.009807);
    near(peekInterval(small, { n: 10000 }).high, 0.021807);
  });

  it.each([
    [1000, 0.0231891],
    [5000, 0.0093552],
    [10000, 0.0066721],
    [100000, 0.0022996],
  ])('gives the half width of one arm of %i at 5 %% (trust 6.4)', (n, expected) => {
    near(peekHalfWidth(Math.sqrt(0.0475 / n), { n, rho2: 10 ** -2.8 }), expected, 1e-7);
  });

  it.each([
    { counts: [8870, 1130], shares: [0.9, 0.1], chi2: 18.777778, p: 1.46867e-5, peek: 0.00136903 },
    { counts: [90210, 9790], shares: [0.9, 0.1], chi2: 4.9, p: 0.0268567, peek: 1 },
    { counts: [5150, 4850], shares: [0.5, 0.5], chi2: 9, p: 0.0026998, peek: 0.116892 },
    { counts: [821588, 815482], shares: [0.5, 0.5], chi2: 22.774369, p: 1.82179e-6, peek: 0.00145556 },
  ])('sampleRatio() of $counts (trust 6.5)', ({ counts, shares, chi2, p, peek }) => {
    const found = sampleRatio(counts, shares);
    near(found.chi2, chi2);
    near(found.p, p, 1e-7);
    near(found.peekP, peek);
  });

  it.each([
    [0, 50, 0, 0.0713476],
    [3, 100, 0.0102545, 0.0845194],
    [500, 10000, 0.0458985, 0.0544471],
    [50, 50, 0.9286524, 1],
  ])('wilson() of %i in %i (trust 6.8)', (yes, n, low, high) => {
    near(wilson(yes, n).low, low);
    near(wilson(yes, n).high, high);
  });

  it('sumsOf() of values are the sums that difference() takes', () => {
    expect(sumsOf([1, 2, 3])).toEqual({ n: 3, sum: 6, squares: 14 });
  });
});
