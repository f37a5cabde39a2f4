import { describe, expect, it } from 'vitest';
import { planSize } from './plan.ts';

describe('planSize() (trust 6.10)', () => {
  it.each([
    { base: 0.03, lift: 0.1, holdout: 0.5, control: 53208, treated: 53208 },
    { base: 0.03, lift: 0.1, holdout: 0.1, control: 28471, treated: 256232 },
    { base: 0.03, lift: 0.2, holdout: 0.1, control: 7186, treated: 64667 },
    { base: 0.05, lift: 0.2, holdout: 0.5, control: 8155, treated: 8155 },
  ])('asks for $control held out at base $base and lift $lift', ({ control, treated, ...expected }) => {
    const plan = planSize(expected);
    expect(Math.abs(plan.control - control)).toBeLessThanOrEqual(1);
    expect(Math.abs(plan.treated - treated)).toBeLessThanOrEqual(1);
  });

  it('says what looking at any time costs: 2.4 to 2.9 times as many (trust §5.2)', () => {
    const { decidedAnytime } = planSize({ base: 0.03, lift: 0.1, holdout: 0.1 });
    expect(decidedAnytime.low).toBeCloseTo(2.4, 1);
    expect(decidedAnytime.high).toBeCloseTo(2.9, 1);
  });

  it.each([
    { base: 0, lift: 0.1, holdout: 0.1 },
    { base: 0.9, lift: 0.2, holdout: 0.1 },
    { base: 0.03, lift: 0, holdout: 0.1 },
    { base: 0.03, lift: 0.1, holdout: 1 },
    { base: Number.NaN, lift: 0.1, holdout: 0.1 },
  ])('refuses $base, $lift, $holdout', (expected) => {
    expect(() => planSize(expected)).toThrow(expect.objectContaining({ code: 'REPORT_PLAN_INVALID' }));
  });
});
