import { describe, expect, it } from 'vitest';
import { falseDiscovery, holm, sharedAlpha } from './many.ts';

const ps = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205];
const close = (values: number[]) => values.map((value) => expect.closeTo(value, 5));

describe('many comparisons (trust 6.7)', () => {
  it('holm() keeps the chance that any of them is wrong', () => {
    expect(holm(ps)).toEqual(close([0.008, 0.056, 0.234, 0.234, 0.234, 0.234, 0.234, 0.234]));
  });

  it('falseDiscovery() keeps the share of them that is wrong', () => {
    expect(falseDiscovery(ps)).toEqual(close([0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.084571, 0.205]));
  });

  it('both answer in the order asked, stay at most 1, and take nothing', () => {
    expect(holm([0.5, 0.01, 0.9])).toEqual(close([1, 0.03, 1]));
    expect(falseDiscovery([0.5, 0.01, 0.9])).toEqual(close([0.75, 0.03, 0.9]));
    expect([holm([]), falseDiscovery([])]).toEqual([[], []]);
  });

  it('falseDiscovery() finds what expan finds at 5 % (trust 6.1)', () => {
    expect(falseDiscovery([0.02, 0.03, 0.002, 0.001]).every((p) => p <= 0.05)).toBe(true);
    expect(falseDiscovery([0.01, 0.2, 0.1, 0.02]).map((p) => p <= 0.05)).toEqual([true, false, false, true]);
  });

  it('sharedAlpha() is for the comparisons with the first', () => {
    expect([sharedAlpha(2), sharedAlpha(3), sharedAlpha(1)]).toEqual([0.05, 0.025, 0.05]);
  });
});
