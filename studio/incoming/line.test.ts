import { describe, expect, it } from 'vitest';
import type { IntakeLine } from '../../src/api/contract-watch.ts';
import { chosen, partsOf, subjectOf, sums, typesOf } from './line.ts';

const line = (number: number, more: Partial<IntakeLine>): IntakeLine => ({
  number,
  at: '2026-11-24T09:00:00.000Z',
  source: 'edge:default',
  sender: null,
  datastream: 'default',
  type: 'commerce.productViews',
  visitor: 'ecid:1',
  outcome: 'kept',
  door: null,
  code: null,
  why: null,
  what: null,
  ...more,
});

const lines = [
  line(3, { outcome: 'refused', type: null, source: 'server' }),
  line(2, { type: 'commerce.purchases', source: 'server' }),
  line(1, {}),
];

describe('lines of the intake', () => {
  it('are chosen by source, type and refusal together', () => {
    const numbers = (choice: Partial<Parameters<typeof chosen>[1]>) =>
      chosen(lines, { refused: false, ...choice }).map(({ number }) => number);
    expect(numbers({})).toEqual([3, 2, 1]);
    expect(numbers({ source: 'server' })).toEqual([3, 2]);
    expect(numbers({ source: 'server', type: 'commerce.purchases' })).toEqual([2]);
    expect(numbers({ source: 'edge:default', refused: true })).toEqual([]);
    expect(numbers({ refused: true })).toEqual([3]);
  });

  it('offer the types there are, and keep the chosen one', () => {
    expect(typesOf(lines, undefined)).toEqual(['commerce.productViews', 'commerce.purchases']);
    expect(typesOf([], 'commerce.refunds')).toEqual(['commerce.refunds']);
  });

  it('add up over the sources', () => {
    expect(
      sums([
        { source: 'a', sender: null, lines: 4, refused: 1 },
        { source: 'b', sender: null, lines: 2, refused: 2 },
      ]),
    ).toEqual({ lines: 6, refused: 3 });
    expect(sums([])).toEqual({ lines: 0, refused: 0 });
  });
});

describe('words about what came in', () => {
  it('tell the kind of a source from its name', () => {
    expect(partsOf('edge:default')).toEqual({ kind: 'edge', name: 'default' });
    expect(partsOf('server')).toEqual({ kind: 'server', name: '' });
  });

  it('find whom a request is about in the shapes of Shopify and of others, and say nothing where there is nothing', () => {
    expect(subjectOf({ customer: { id: 7, email: 'ada@example.com' } })).toBe('ada@example.com');
    expect(subjectOf({ customer: { id: 7 } })).toBe('7');
    expect(subjectOf({ email: 'jonas@example.com' })).toBe('jonas@example.com');
    expect(subjectOf(null)).toBeNull();
    expect(subjectOf({ shop: 'x' })).toBeNull();
  });
});
