import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerMetrics, sumsOf } from './admin-ledger.ts';
import { ledgerStates } from './contract-ledger.ts';

const line = record({
  state: constantFrom(...ledgerStates),
  class: constantFrom('marketing' as const, 'transactional' as const),
  journey: constantFrom('abandoned-cart', '__proto__', 'a b'),
  day: constantFrom('2026-11-23', '2026-11-24'),
  heldOut: boolean(),
  count: integer({ min: 0, max: 1000 }),
});

describe('the sums of the ledger', () => {
  it('add up to the total in every direction', () => {
    assert(
      property(array(line), (lines) => {
        const sums = sumsOf(lines);
        const of = (states: Record<string, number>) => Object.values(states).reduce((a, b) => a + b, 0);
        expect(of(sums.states)).toBe(sums.total);
        expect(Object.values(sums.classes).reduce((a, states) => a + of(states), 0)).toBe(sums.total);
        for (const group of [sums.journeys, sums.days]) {
          expect(group.reduce((a, { total }) => a + total, 0)).toBe(sums.total);
          for (const { total, states } of group) expect(of(states)).toBe(total);
        }
      }),
    );
  });

  it('are told to Prometheus, a line for each state and class', () => {
    const base = { journey: 'j', day: '2026-11-23', heldOut: false } as const;
    const text = ledgerMetrics(
      [
        { ...base, state: 'accepted', class: 'marketing', count: 3 },
        { ...base, state: 'accepted', class: 'marketing', count: 4, day: '2026-11-24' },
        { ...base, state: 'in_doubt', class: 'transactional', count: 1 },
      ],
      { frozen: true, late: 2, resent: 1 },
    );
    expect(text).toContain('beckon_messages{state="accepted",class="marketing"} 7\n');
    expect(text).toContain('beckon_messages{state="in_doubt",class="transactional"} 1\n');
    expect(text).toContain('beckon_sending_frozen 1\n');
  });
});
