import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { funnelOf, intervalOf } from './funnel.ts';

const none = { byState: {} };

describe('the rows under planned messages', () => {
  it('add up to what was planned, whatever the report leaves unnamed', () => {
    const counts = fc.record({
      accepted: fc.nat(999),
      heldOut: fc.nat(999),
      inDoubt: fc.nat(99),
      pending: fc.nat(99),
      rest: fc.nat(99),
      excluded: fc.array(fc.record({ reason: fc.string(), count: fc.nat(99) }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(counts, ({ rest, ...named }) => {
        const excluded = named.excluded.reduce((sum, one) => sum + one.count, 0);
        const planned = named.accepted + named.heldOut + named.inDoubt + named.pending + excluded + rest;
        const rows = funnelOf({ ...none, ...named, planned });
        expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(planned);
      }),
    );
  });

  it('leave out what did not happen, but always name the sent ones', () => {
    const rows = funnelOf({ ...none, planned: 0, accepted: 0, heldOut: 0, inDoubt: 0, pending: 0, excluded: [] });
    expect(rows.map((row) => row.key)).toEqual(['accepted']);
  });
});

describe('the interval on its line', () => {
  it('always shows zero, and low ≤ point ≤ high', () => {
    const spot = intervalOf(1400, 4900, 3120);
    expect(spot.zero).toBeLessThan(spot.low);
    expect(spot.low).toBeLessThan(spot.point);
    expect(spot.point).toBeLessThan(spot.high);
    expect(intervalOf(0, 0, 0).zero).toBe(6);
  });
});
