import { expect, it } from 'vitest';
import { assignArm, bucketOf, journeySalt } from './assign.ts';

it('bucketOf() gives the published buckets (trust 6.9)', () => {
  expect(bucketOf('global-holdout-2026Q4', 'p-1')).toBe(9530);
  expect(bucketOf('global-holdout-2026Q4', 'p-2')).toBe(4637);
  expect(bucketOf(journeySalt('abandoned-cart'), 'p-1')).toBe(941);
  expect(bucketOf(journeySalt('abandoned-cart'), 'p-2')).toBe(6876);
});

it('assignArm() puts 9,871 of 100,000 ids in control at 10 % (trust 6.9, trust row 106)', () => {
  let control = 0;
  for (let i = 0; i < 100_000; i++)
    if (assignArm(journeySalt('abandoned-cart'), `p-${i}`, 0.1) === 'control') control++;
  expect(control).toBe(9871);
});
