import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PairTable } from './pair-table.ts';

const item = fc.integer({ min: 0, max: 30 });
const pairs = fc.array(fc.tuple(item, item, fc.constantFrom('bought' as const, 'carted' as const)), { maxLength: 400 });

describe('the table of pairs', () => {
  it('counts every pair exactly, from either side, whatever came', () => {
    fc.assert(
      fc.property(pairs, (added) => {
        const table = new PairTable(1000);
        const plain = new Map<string, { bought: number; carted: number }>();
        for (const [x, y, kind] of added) {
          if (x === y) continue;
          table.add(x, y, kind);
          const key = `${Math.min(x, y)} ${Math.max(x, y)}`;
          const counts = plain.get(key) ?? { bought: 0, carted: 0 };
          counts[kind]++;
          plain.set(key, counts);
        }
        expect(table.size).toBe(plain.size);
        let seen = 0;
        for (let x = 0; x <= 31; x++) {
          table.companions(x, (y, bought, carted) => {
            seen++;
            expect({ bought, carted }).toEqual(plain.get(`${Math.min(x, y)} ${Math.max(x, y)}`));
            expect(table.counts(y, x)).toEqual({ bought, carted });
          });
        }
        expect(seen).toBe(plain.size * 2);
      }),
    );
  });

  it('forgets the rarest pairs at its limit, keeps the counts of the others, and says how many went', () => {
    const table = new PairTable(100);
    for (let y = 1; y <= 20; y++) for (let n = 0; n < 5; n++) table.add(0, y, 'bought');
    for (let y = 21; y <= 110; y++) table.add(0, y, 'carted');
    expect(table.forgotten).toBe(80);
    expect(table.size).toBe(30);
    for (let y = 1; y <= 20; y++) expect(table.counts(0, y)).toEqual({ bought: 5, carted: 0 });
    table.add(3, 0, 'bought');
    expect(table.counts(0, 3)).toEqual({ bought: 6, carted: 0 });
  });
});
