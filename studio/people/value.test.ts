import { describe, expect, it } from 'vitest';
import { isTyped, valueText, wordOf } from './value.ts';

describe('a value of a profile', () => {
  it('stands as a short text, whatever it is', () => {
    expect([12.5, true, 'Ada', null, [], ['a', 2], { x: 1 }].map(valueText)).toEqual([
      '12.5',
      'true',
      'Ada',
      '–',
      '–',
      'a, 2',
      '{"x":1}',
    ]);
  });
});

describe('the confirmation of an erasure', () => {
  it('asks for the address, and for the id of somebody without one', () => {
    expect(wordOf({ id: '0193aaaa-bbbb', email: 'ada@example.com' })).toBe('ada@example.com');
    expect(wordOf({ id: '0193aaaa-bbbb', email: null })).toBe('0193aaaa');
  });

  it('takes nothing but that', () => {
    expect(isTyped(' Ada@Example.com ', 'ada@example.com')).toBe(true);
    expect(['', 'ada', 'jonas@example.com'].map((typed) => isTyped(typed, 'ada@example.com'))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
