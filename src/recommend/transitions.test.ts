import { describe, expect, it } from 'vitest';
import { Transitions } from './transitions.ts';

const day = 24 * 3600 * 1000;

describe('what comes after what', () => {
  it('fades: a step a half-life ago weighs half', () => {
    const rules = new Transitions({ cap: 4, halfLifeMs: 30 * day });
    rules.add(1, 2, rules.weight(0));
    rules.add(1, 3, rules.weight(30 * day));
    expect(rules.of(1, 2) / rules.of(1, 3)).toBeCloseTo(0.5, 3);
    expect(rules.worth(rules.of(1, 2), 30 * day)).toBeCloseTo(0.5, 3);
    expect(rules.of(2, 1)).toBe(0);
  });

  it('keeps the heaviest in a full row, and a newcomer begins with its own weight', () => {
    const rules = new Transitions({ cap: 4, halfLifeMs: day });
    for (let y = 1; y <= 4; y++) for (let n = 0; n < y; n++) rules.add(0, y, 1);
    rules.add(0, 9, 1);
    const found = new Map<number, number>();
    const { items, weights, begin, end } = rules.row(0);
    for (let at = begin; at < end; at += 2) found.set(items[at]!, weights[at + 1]!);
    expect([...found].sort(([a], [b]) => a - b)).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
      [9, 1],
    ]);
  });

  it('never overflows: after a thousand half-lives old weights are nothing and new ones are one', () => {
    const rules = new Transitions({ cap: 4, halfLifeMs: day });
    for (let t = 0; t <= 1000; t++) rules.add(1, t % 2, rules.weight(t * day));
    expect(rules.worth(rules.of(1, 0), 1000 * day)).toBeCloseTo(4 / 3, 2);
    expect(rules.of(1, 0)).toBeLessThan(2 ** 80);
  });

  it('takes any time a source claims', () => {
    const rules = new Transitions({ cap: 4, halfLifeMs: day });
    rules.add(1, 2, rules.weight(1e15));
    rules.add(1, 3, rules.weight(-1e15));
    rules.add(1, 4, rules.weight(8e15));
    for (const y of [2, 3, 4]) expect(Number.isFinite(rules.of(1, y))).toBe(true);
    expect(rules.of(1, 4)).toBeGreaterThan(0);
  });
});
