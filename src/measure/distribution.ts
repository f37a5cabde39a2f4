/**
 * The few distributions the report needs, as pure functions. Accurate to about 1e-12 where the report looks.
 * Sources: Lanczos' approximation of ln Γ (g = 7, 9 terms); series and continued fraction of the incomplete gamma, and
 * the continued fraction of the incomplete beta, by Lentz' method (Abramowitz & Stegun 6.5.29, 6.5.31, 26.5.8).
 */

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  let sum = lanczos[0]!;
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i]! / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const tiny = 1e-300;
const close = 1e-15;

/** Upper tail of the regularised incomplete gamma function, Q(a, x). */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - scale * gammaSeries(a, x) : scale * gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 1000 && Math.abs(term) > Math.abs(sum) * close; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 1000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b || tiny);
    c = b + an / c || tiny;
    h *= d * c;
    if (Math.abs(d * c - 1) < close) break;
  }
  return h;
}

/** P(X > x) for χ² with `df` degrees of freedom. */
export function chiSquareTail(x: number, df: number): number {
  return gammaTail(df / 2, x / 2);
}

/** P(|Z| > |z|) for the standard normal. */
export function normalTwoTail(z: number): number {
  return gammaTail(0.5, (z * z) / 2);
}

/** P(|T| > |t|) for Student's t with `df` degrees of freedom. */
export function studentTwoTail(t: number, df: number): number {
  return betaPart(df / 2, 0.5, df / (df + t * t));
}

/** The t for which P(|T| > t) = alpha; df = Infinity gives the normal. */
export function twoTailQuantile(alpha: number, df = Infinity): number {
  const tail = (t: number) => (df === Infinity ? normalTwoTail(t) : studentTwoTail(t, df));
  let [low, high] = [0, 1];
  while (tail(high) > alpha) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (tail(middle) > alpha) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function I_x(a, b). */
export function betaPart(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const scale = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  if (x < (a + 1) / (a + b + 2)) return (scale * betaFraction(a, b, x)) / a;
  return 1 - (scale * betaFraction(b, a, 1 - x)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let h = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    h *= d * c;
    if (Math.abs(d * c - 1) < close) break;
  }
  return h;
}
