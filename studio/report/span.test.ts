import { describe, expect, it } from 'vitest';
import { growthOf, spanOf } from './span.ts';

describe('spanOf()', () => {
  it('ends with the hour and has whole days', () => {
    const span = { from: '2026-11-23T10:00:00.000Z', until: '2026-11-30T10:00:00.000Z' };
    expect(spanOf('2026-11-30T09:12:34Z', 7)).toEqual(span);
    expect(spanOf('2026-11-30T09:59:59Z', 7)).toEqual(span);
  });
});

describe('growthOf()', () => {
  it('is a share of what it was, or the difference where that was next to nothing', () => {
    expect(growthOf(110, 100, true)).toEqual({ as: 'share', by: expect.closeTo(0.1) });
    expect(growthOf(80, 100, true)).toEqual({ as: 'share', by: expect.closeTo(-0.2) });
    expect(growthOf(19_888, 1, true)).toEqual({ as: 'little', by: 19_887 });
    expect(growthOf(12, 19, true)).toEqual({ as: 'little', by: -7 });
    expect(growthOf(397_760, 20, false)).toEqual({ as: 'little', by: 397_740 });
    expect(growthOf(3.2, 2.9, false)).toEqual({ as: 'share', by: expect.closeTo(0.1034) });
  });

  it('says what is new, and nothing where nothing changed or is known', () => {
    expect(growthOf(5, 0, true)).toEqual({ as: 'new', by: 5 });
    for (const [now, before] of [
      [0, 0],
      [7, 7],
      [null, 3],
      [3, null],
    ] as const) {
      expect(growthOf(now, before, true)).toEqual({ as: 'none' });
    }
  });
});
