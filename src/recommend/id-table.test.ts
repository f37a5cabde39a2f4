import { describe, expect, it } from 'vitest';
import { IdTable } from './id-table.ts';

describe('numbers for ids', () => {
  it('are given in order, found again, and not taken back', () => {
    const table = new IdTable();
    const ids = Array.from({ length: 5000 }, (_, i) => `visit-${i}`);
    expect(ids.map((id) => table.add(id))).toEqual(ids.map((_, i) => i));
    expect(ids.map((id) => table.find(id))).toEqual(ids.map((_, i) => i));
    expect([table.add('visit-7'), table.find('nobody'), table.size]).toEqual([7, -1, 5000]);
  });

  it('lead nowhere once forgotten, and all others still do', () => {
    const table = new IdTable();
    for (let i = 0; i < 300; i++) table.add(`v${i}`);
    for (let i = 0; i < 300; i += 2) table.forget(i);
    for (let i = 0; i < 300; i++) expect(table.find(`v${i}`)).toBe(i % 2 === 0 ? -1 : i);
    expect(table.add('v0')).toBe(300);
    for (let i = 301; i < 3000; i++) table.add(`v${i}`);
    expect([table.find('v2'), table.find('v3'), table.find('v2999')]).toEqual([-1, 3, 2999]);
  });
});
