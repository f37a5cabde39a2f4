import { describe, expect, it } from 'vitest';
import { spanOf } from './span.ts';

describe('spanOf()', () => {
  it('ends with the hour and has whole days', () => {
    const span = { from: '2026-11-23T10:00:00.000Z', until: '2026-11-30T10:00:00.000Z' };
    expect(spanOf('2026-11-30T09:12:34Z', 7)).toEqual(span);
    expect(spanOf('2026-11-30T09:59:59Z', 7)).toEqual(span);
  });
});
