import { describe, expect, it } from 'vitest';
import { adjustedDifference, pairSumsOf, pooledTheta } from './covariate.ts';
import { difference } from './statistics.ts';

const paired = (x: number[], y: number[]) => pairSumsOf(x.map((value, i) => ({ x: value, y: y[i]! })));
const treated = paired([10, 0, 20, 0, 30, 10, 0, 50], [14, 2, 22, 0, 33, 9, 3, 57]);
const control = paired([0, 10, 30, 0, 20, 0, 40, 20], [1, 9, 31, 2, 18, 0, 41, 22]);

describe('adjustedDifference()', () => {
  it('gives the figures of CUPED (trust 6.6)', () => {
    const before = difference(treated, control);
    const after = adjustedDifference(treated, control);
    expect(after.theta).toBeCloseTo(1.05526316, 8);
    expect([before.value, after.value]).toEqual([2, expect.closeTo(2, 9)]);
    expect(before.se).toBeCloseTo(8.738257, 6);
    expect(after.se).toBeCloseTo(0.890372, 6);
    expect((after.se / before.se) ** 2).toBeCloseTo(0.0103823, 6);
  });

  it('leaves the difference as it is when nothing was known before', () => {
    const [t, c] = [paired([0, 0, 0], [1, 2, 6]), paired([0, 0], [1, 1])];
    expect(pooledTheta([t, c])).toBe(0);
    expect(adjustedDifference(t, c)).toEqual({ ...difference(t, c), theta: 0 });
  });

  it('takes off a head start that chance gave one arm', () => {
    // Every unit spends what it spent before: the arms differ only by whom chance put into them.
    const [t, c] = [paired([10, 20, 30], [10, 20, 30]), paired([0, 10, 20], [0, 10, 20])];
    expect(difference(t, c).value).toBe(10);
    expect(adjustedDifference(t, c)).toEqual({ value: 0, se: 0, theta: 1 });
  });
});
