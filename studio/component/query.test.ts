import { expect, it } from 'vitest';
import { itemOf, ofKind } from './query.ts';

it('the first parameter that is an item is what a grid fills', () => {
  const parameters = [
    { name: 'tag', kind: 'text' as const },
    { name: 'thing', kind: 'item' as const },
    { name: 'other', kind: 'item' as const },
  ];
  expect(itemOf({ parameters })).toBe('thing');
  expect(itemOf({ parameters: [] })).toBeUndefined();
});

it('a parameter of another kind keeps its name and label, and no value of the kind before', () => {
  const words = { name: 'tag', kind: 'text' as const, label: 'Tag', default: 'New' };
  expect(ofKind(words, 'number')).toEqual({ name: 'tag', kind: 'number', label: 'Tag', default: 1 });
  expect(ofKind(words, 'item')).toEqual({ name: 'tag', kind: 'item', label: 'Tag' });
});
