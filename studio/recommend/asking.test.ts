import { describe, expect, it } from 'vitest';
import { askingOf, hasLists, lacking, needsOf, readSearch } from './asking.ts';
import type { Algorithm } from './sentence.ts';

describe('the address of a preview', () => {
  it('is read softly: what makes no sense is left out', () => {
    const read = readSearch({ person: 'p1', cart: 'a,b', limit: 0, open: 7, edit: 'yes', other: 1 });
    expect(read).toMatchObject({ person: 'p1', cart: 'a,b', limit: undefined, open: '7', edit: undefined });
  });

  it('is what is asked', () => {
    expect(askingOf({ person: 'p1', cart: 'a,,b', item: 'c', limit: 8, language: 'sv' }, 'de')).toEqual({
      profileId: 'p1',
      cart: ['a', 'b'],
      item: 'c',
      limit: 8,
      language: 'sv',
    });
    expect(askingOf({}, 'de')).toEqual({ limit: 6, language: 'de' });
    expect(askingOf({ language: 'own' }, 'de')).toEqual({ limit: 6 });
  });
});

describe('what a criterion must be told', () => {
  it('hangs on the algorithm', () => {
    expect(needsOf({ kind: 'similar', item: { from: 'current' } })).toBe('item');
    expect(needsOf({ kind: 'similar', item: { from: 'last-viewed' } })).toBeNull();
    const custom: Algorithm = { kind: 'custom', list: 'look', by: { item: { from: 'current' } } };
    expect(needsOf(custom)).toBe('item');
    expect(needsOf({ kind: 'custom', list: 'look', by: { attribute: 'size' } })).toBe(null);
  });

  it('tells whether it has the same lists for everybody', () => {
    expect(hasLists({ kind: 'popular', action: 'viewed' })).toBe(true);
    expect(hasLists({ kind: 'similar', item: { from: 'current' } })).toBe(true);
    expect(hasLists({ kind: 'popular', action: 'viewed', within: { category: { from: 'favourite' } } })).toBe(false);
    expect(hasLists({ kind: 'for-you' })).toBe(false);
  });

  it('is said while it lacks: an item has a category too', () => {
    expect(lacking('item', {})).toBe('item');
    expect(lacking('category', { category: 'Coats' })).toBeNull();
    expect(lacking('category', { item: 'a' })).toBeNull();
    expect(lacking('item', { category: 'Coats' })).toBe('item');
  });
});
