import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../test/support/seed.ts';
import { funnelRows } from './funnel.ts';

const states = [
  'planned',
  'held',
  'ready',
  'leased',
  'sending',
  'deferred',
  'quarantined',
  'accepted',
  'in_doubt',
  'abandoned',
  'rejected',
  'render_failed',
  'expired',
  'cancelled',
  'skipped',
] as const;

describe('funnelRows()', () => {
  it('accounts for every planned mail in exactly one place, whatever became of it (journeys §3.1)', () => {
    const line = fc.record({
      group: fc.constantFrom('2026-11-23', '2026-11-24'),
      state: fc.constantFrom(...states),
      reason: fc.constantFrom('no consent', 'no items', null),
      heldOut: fc.boolean(),
      count: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const given = lines.map((one) => ({ ...one, heldOut: one.heldOut && one.state === 'skipped' }));
        const rows = funnelRows({ states: given, heard: [], acts: [] }, 'EUR');
        for (const row of rows) {
          const excluded = row.excluded.reduce((sum, { count }) => sum + count, 0);
          const parts = row.heldOut + excluded + row.inDoubt + row.failed + row.pending + row.accepted;
          expect(parts).toBe(row.planned);
        }
        const all = given.reduce((sum, { count }) => sum + count, 0);
        expect(rows.reduce((sum, { planned }) => sum + planned, 0)).toBe(all);
      }),
    );
  });

  it('has the days in their order, reasons by how many, and money in major units', () => {
    const rows = funnelRows(
      {
        states: [
          { group: '2026-11-24', state: 'accepted', reason: null, heldOut: false, count: 9 },
          { group: '2026-11-23', state: 'skipped', reason: 'no consent', heldOut: false, count: 1 },
          { group: '2026-11-23', state: 'skipped', reason: 'no items', heldOut: false, count: 4 },
          { group: '2026-11-23', state: 'skipped', reason: 'held out', heldOut: true, count: 2 },
        ],
        heard: [
          { group: '2026-11-24', kind: 'bounced', count: 2 },
          { group: '2026-11-24', kind: 'delivered', count: 7 },
        ],
        acts: [{ group: '2026-11-24', people: 3, unknown: 1, orders: 2, minor: 25_950 }],
      },
      'EUR',
    );
    expect(rows).toMatchObject([
      {
        group: '2026-11-23',
        planned: 7,
        heldOut: 2,
        excluded: [
          { reason: 'no items', count: 4 },
          { reason: 'no consent', count: 1 },
        ],
      },
      {
        group: '2026-11-24',
        planned: 9,
        accepted: 9,
        bounced: 2,
        clickedByPeople: 3,
        clickedUnknown: 1,
        orders: 2,
        revenue: 259.5,
      },
    ]);
  });
});
