import { describe, expect, it } from 'vitest';
import { Mark } from './mark.ts';

describe('the mark of an id', () => {
  it('never changes, as marks are stored', () => {
    const mark = new Mark();
    const halves = (id: string) => [mark.of(id).low, mark.high];
    expect(halves('')).toEqual([636621719, 74261007]);
    expect(halves('visit-1')).toEqual([-775253913, 198521391]);
    expect(halves('0193a1b2-1111-7abc-8def-000000000001')).toEqual([36332403, 1683295121]);
  });

  it('tells a hundred thousand ids apart that differ in little, and has no high half of 0', () => {
    const seen = new Set<string>();
    const mark = new Mark();
    for (let i = 0; i < 100_000; i++) {
      const { low, high } = mark.of(`item-${i}`);
      seen.add(`${low}:${high}`);
      expect(high).not.toBe(0);
    }
    expect(seen.size).toBe(100_000);
  });
});
