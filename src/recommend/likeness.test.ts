import { describe, expect, it } from 'vitest';
import { likenesses, logLikelihoodRatio } from './likeness.ts';

describe('how likely two items belong together', () => {
  it('is the log-likelihood ratio of recommendations ALG-9', () => {
    // 10 visits saw A, 8 of them B; 90 did not, 12 of these saw B.
    const term = (p: number, k: number, n: number) => k * Math.log(p) + (n - k) * Math.log(1 - p);
    const [p0, p1, p2] = [20 / 100, 8 / 10, 12 / 90];
    const should = 2 * (term(p1, 8, 10) + term(p2, 12, 90) - term(p0, 8, 10) - term(p0, 12, 90));
    expect(logLikelihoodRatio({ both: 8, a: 10, b: 20, all: 100 })).toBeCloseTo(should, 10);
    expect(should).toBeCloseTo(19.391, 3);
  });

  it('is nothing where B is rarer with A than without, though the ratio would be large (ALG-9: p1 > p2)', () => {
    expect(logLikelihoodRatio({ both: 1, a: 50, b: 45, all: 100 })).toBe(0);
    expect(logLikelihoodRatio({ both: 5, a: 50, b: 10, all: 100 })).toBe(0);
  });

  it('bears that all or none did both', () => {
    expect(logLikelihoodRatio({ both: 10, a: 10, b: 10, all: 100 })).toBeCloseTo(2 * 32.508, 2);
    expect(logLikelihoodRatio({ both: 0, a: 0, b: 0, all: 0 })).toBe(0);
    expect(logLikelihoodRatio({ both: 3, a: 3, b: 3, all: 3 })).toBe(0);
  });

  it('or a share, a cosine, a Jaccard, each less sure where little is known', () => {
    const meeting = { both: 4, a: 8, b: 4, all: 100 };
    expect(likenesses.rate(meeting, 0)).toBe(0.5);
    expect(likenesses.rate(meeting, 2)).toBe(0.4);
    expect(likenesses.cosine(meeting, 0)).toBeCloseTo(4 / Math.sqrt(32), 10);
    expect(likenesses.jaccard(meeting, 0)).toBe(0.5);
  });
});
