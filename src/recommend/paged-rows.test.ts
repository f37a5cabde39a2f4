import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PagedRows } from './paged-rows.ts';

const cap = 8;

/** What a row holds, oldest first. */
function read(rows: PagedRows, row: number): [number, number][] {
  const total = rows.total(row);
  return Array.from({ length: rows.length(row) }, (_, i) => {
    const place = rows.placeOf(row, total - rows.length(row) + i);
    return [rows.page(row)[place]!, rows.page(row)[place + 1]!];
  });
}

describe('rows in pages', () => {
  it('hold the last records pushed into each, whatever else is pushed and cleared', () => {
    const act = fc.record({ row: fc.nat(40), value: fc.nat(1e6), clears: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 400 }), (acts) => {
        const rows = new PagedRows({ width: 2, first: 2, cap });
        const plain = new Map<number, [number, number][]>();
        for (const { row, value, clears } of acts) {
          if (clears === 0) {
            rows.clear(row);
            plain.delete(row);
            continue;
          }
          const place = rows.push(row);
          rows.page(row)[place] = value;
          rows.page(row)[place + 1] = row;
          plain.set(row, [...(plain.get(row) ?? []), [value, row]]);
        }
        for (let row = 0; row <= 40; row++) expect(read(rows, row)).toEqual((plain.get(row) ?? []).slice(-cap));
      }),
    );
  });

  it('use again the places that were given up', () => {
    const rows = new PagedRows({ width: 1, first: 2, cap: 64 });
    const fill = () => {
      for (let row = 0; row < 50; row++) for (let i = 0; i < 64; i++) rows.push(row);
    };
    fill();
    const { bytes } = rows;
    for (let round = 0; round < 5; round++) {
      for (let row = 0; row < 50; row++) rows.clear(row);
      fill();
    }
    expect(rows.bytes).toBe(bytes);
  });

  it('may be longer than a page', () => {
    const rows = new PagedRows({ width: 1, first: 2, cap: 1 << 22 });
    for (let i = 0; i < 600_000; i++) {
      const row = i % 3 === 0 ? 1 : 0;
      const place = rows.push(row);
      rows.page(row)[place] = i;
    }
    expect([rows.length(0), rows.length(1)]).toEqual([400_000, 200_000]);
    const at = (row: number, nth: number) => rows.page(row)[rows.placeOf(row, nth)];
    expect([at(0, 0), at(0, 399_999), at(1, 0), at(1, 199_999)]).toEqual([1, 599_999, 0, 599_997]);
  });
});
