import type { Likeness } from './source.ts';

/** How often A and B happened: in how many visits both, in how many A, in how many B, and how many visits there are. */
export interface Meeting {
  both: number;
  a: number;
  b: number;
  all: number;
}

/**
 * The log-likelihood ratio of recommendations ALG-9 for B among those with A against B among those without; 0 when B is
 * not more likely with A, where the ratio would be large too.
 */
export function logLikelihoodRatio({ both, a, b, all }: Meeting): number {
  const [n1, k1] = [a, both];
  const [n2, k2] = [Math.max(0, all - a), Math.max(0, b - both)];
  if (n1 <= 0 || k1 <= 0) return 0;
  const p1 = k1 / n1;
  const p2 = n2 === 0 ? 0 : k2 / n2;
  if (p1 <= p2) return 0;
  const p0 = (k1 + k2) / (n1 + n2);
  const ratio = 2 * (logL(p1, k1, n1) + logL(p2, k2, n2) - logL(p0, k1, n1) - logL(p0, k2, n2));
  return Math.max(0, ratio);
}

/** k·ln p + (n − k)·ln(1 − p), where 0·ln 0 is 0. */
function logL(p: number, k: number, n: number): number {
  return times(k, p) + times(n - k, 1 - p);
}

function times(count: number, p: number): number {
  return count <= 0 ? 0 : count * Math.log(Math.max(p, Number.MIN_VALUE));
}

/** Does this hang on how often B happened at all? */
export function asksB(likeness: Likeness): boolean {
  return likeness !== 'rate';
}

/** A score above 0 for two items that met; the larger, the more they belong together. */
export const likenesses: Readonly<Record<Likeness, (meeting: Meeting, shrink: number) => number>> = {
  rate: ({ both, a }, shrink) => both / (a + shrink),
  llr: (meeting) => logLikelihoodRatio(meeting),
  cosine: ({ both, a, b }, shrink) => both / (Math.sqrt(a * b) + shrink),
  jaccard: ({ both, a, b }, shrink) => both / (Math.max(both, a + b - both) + shrink),
};
