import { array, assert, boolean, constantFrom, integer, option, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerStates } from '../../src/api/contract-ledger.ts';
import { fatesOf } from './sums.ts';

const row = record({
  state: constantFrom(...ledgerStates),
  heldOut: boolean(),
  reason: option(constantFrom('no consent', 'quiet hours', '550')),
  count: integer({ min: 1, max: 1000 }),
});

describe('the ledger by what became of mails', () => {
  it('adds up, whatever the states and reasons are', () => {
    assert(
      property(array(row), (reasons) => {
        const total = reasons.reduce((sum, { count }) => sum + count, 0);
        const fates = fatesOf(reasons);
        expect(fates.reduce((sum, { count }) => sum + count, 0)).toBe(total);
        for (const { count, rows } of fates) expect(rows.reduce((sum, one) => sum + one.count, 0)).toBe(count);
      }),
    );
  });

  it('tells the held out from those that were not sent, and what was given up in doubt from what never left', () => {
    const found = fatesOf([
      { state: 'skipped', heldOut: true, reason: 'held out', count: 2 },
      { state: 'skipped', heldOut: false, reason: 'no consent', count: 3 },
      { state: 'abandoned', heldOut: false, reason: 'no answer', count: 4 },
      { state: 'accepted', heldOut: false, reason: null, count: 5 },
    ]);
    expect(found.map(({ fate, count }) => [fate, count])).toEqual([
      ['left', 5],
      ['heldOut', 2],
      ['doubt', 4],
      ['notSent', 3],
    ]);
  });
});
