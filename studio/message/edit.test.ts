import { describe, expect, it } from 'vitest';
import { blockOf, languagesIn, moved, withField, withoutPictures, withWord, wordIn } from './edit.ts';

describe('words of a template', () => {
  it('are one text until there is a second language, and nothing when nothing is said', () => {
    const en = { language: 'en', own: 'en' };
    expect(withWord(undefined, 'Hi', en)).toBe('Hi');
    const both = withWord('Hi', 'Hej', { language: 'sv', own: 'en' });
    expect(both).toEqual({ en: 'Hi', sv: 'Hej' });
    expect([wordIn(both, 'sv', 'en'), wordIn(both, 'de', 'en'), wordIn('Hi', 'sv', 'en')]).toEqual(['Hej', '', '']);
    expect(withWord(both, '', { language: 'sv', own: 'en' })).toBe('Hi');
    expect(withWord('Hi', '', en)).toBeUndefined();
  });

  it('tell which languages there are, within columns too', () => {
    const columns = [{ blocks: [{ kind: 'text' as const, words: { de: 'x' } }] }, { blocks: [] }];
    const document = { name: 'x', subject: { sv: 'x' }, blocks: [{ kind: 'columns' as const, columns }] };
    expect(languagesIn(document)).toEqual(['en', 'sv', 'de']);
    expect(languagesIn({ name: 'x', language: 'de', subject: 'x', blocks: [] })).toEqual(['de']);
  });
});

describe('blocks', () => {
  it('move within their list', () => {
    expect(moved([1, 2, 3], 0, 1)).toEqual([2, 1, 3]);
    expect(moved([1, 2, 3], 2, -1)).toEqual([1, 3, 2]);
    expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3]);
  });

  it('lose a field that says nothing', () => {
    expect(withField({ kind: 'divider', space: 8 }, 'space', undefined)).toEqual({ kind: 'divider' });
    expect(withField({ kind: 'divider' }, 'line', false)).toEqual({ kind: 'divider', line: false });
  });

  it('are found by the place of a finding', () => {
    expect([blockOf('/blocks/3/alt'), blockOf('/subject'), blockOf('x.html, line 1')]).toEqual([3, null, null]);
  });
});

it('a mail without pictures loads none', () => {
  expect(withoutPictures('<html><head lang="x"><title>')).toMatch(
    /^<html><head lang="x"><meta [^>]*img-src 'none'"><title>/,
  );
});
