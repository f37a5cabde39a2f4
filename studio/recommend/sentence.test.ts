import { describe, expect, it } from 'vitest';
import { languages, loadLanguage, speak } from '../words/words.ts';
import {
  type Algorithm,
  type Content,
  evidenceWords,
  filteredWords,
  fillOf,
  hidingOf,
  howOf,
  sentencesOf,
  windowOf,
} from './sentence.ts';

await Promise.all(languages.map(({ code }) => loadLanguage(code)));
const say = speak('en');
const nameOf = (key: string) => `“${key}”`;

describe('a criterion in plain sentences', () => {
  it('says how it finds items, how far back it looks, what it hides, and who fills in', () => {
    const content: Content = {
      name: 'Coats',
      algorithm: {
        kind: 'item',
        action: 'bought-bought',
        item: { from: 'last-viewed' },
        basis: 'visitor',
        keys: { when: 'next' },
      },
      window: '61d',
      price: { min: 5 },
      hide: { viewed: true },
      backup: { chain: ['similar', 'popular'], ruled: false },
      partial: false,
    };
    expect(sentencesOf(content, say, nameOf)).toEqual([
      'What is bought together with the item the person viewed last, counted by visitor.',
      'Looks back 61 days.',
      'Where that is not enough, goes on with the one before it.',
      'Hides what the person bought, what the person viewed and other variants of the key items.',
      'Price from 5.',
      '“similar”, “popular”, then popular items fill in.',
      'Its rules do not hold for those that fill in.',
      'Shows nothing at all where there are fewer items than places.',
    ]);
  });

  it('names the members of a sequence with their places, and what popularity is counted within', () => {
    const members = [{ criterion: 'recent', slots: 2 }, { criterion: 'for-you' }];
    expect(howOf({ kind: 'sequence', members }, say, nameOf)).toBe('In this order: “recent” (at most 2), “for-you”');
    const within = { visitors: ['city', 'age'], as: 'together' as const };
    expect(howOf({ kind: 'popular', action: 'viewed', within }, say, nameOf)).toBe(
      'What most visits viewed among visitors with the same city and age',
    );
  });

  it('says of a window only what has a meaning', () => {
    expect(windowOf({ algorithm: { kind: 'popular', action: 'viewed' }, window: '6h' }, say)).toBe(
      'Looks back 6 hours',
    );
    expect(windowOf({ algorithm: { kind: 'popular', action: 'viewed' }, window: '1d' }, say)).toBe('Looks back 1 day');
    expect(windowOf({ algorithm: { kind: 'recent' } }, say)).toBeNull();
  });

  it('tells who fills in, and when nobody does', () => {
    expect(fillOf({ backup: { when: 'none', chain: ['a'] } }, say, nameOf)).toBe('Nobody fills in');
    expect(fillOf({ backup: { when: 'empty' } }, say, nameOf)).toBe('Popular items, only when it has nothing itself');
  });

  const item = { from: 'attribute', attribute: 'size' } as const;
  const kinds: Algorithm[] = [
    { kind: 'cart' },
    { kind: 'cart', action: 'viewed-bought', basis: 'visitor' },
    { kind: 'item', action: 'site-affinity', item, keys: { when: 'whole', nth: 2 } },
    { kind: 'similar', item: { from: 'most-viewed' } },
    { kind: 'recent' },
    { kind: 'for-you' },
    { kind: 'for-you', leftInCart: true },
    { kind: 'session' },
    { kind: 'next-basket' },
    { kind: 'popular', action: 'carted', within: { category: { from: 'favourite' } } },
    { kind: 'popular', action: 'bought', within: { item: 'brand', profile: 'brand' } },
    { kind: 'custom', list: 'look', by: { item } },
    { kind: 'custom', list: 'look', by: { category: { from: 'current' } } },
    { kind: 'custom', list: 'look', by: { attribute: 'size' } },
    { kind: 'sequence', members: [{ criterion: 'similar', slots: 2 }] },
  ];
  for (const { code, name } of languages) {
    it(`has words for every kind of algorithm in ${name}`, () => {
      for (const algorithm of kinds) {
        for (const text of sentencesOf({ name: 'x', algorithm }, speak(code), nameOf)) {
          expect(text, algorithm.kind).not.toMatch(/[{}]|undefined|criteria\./);
        }
      }
    });
  }

  it('hides by itself what is usual for its algorithm (recommendations C-1)', () => {
    const hidden = kinds.slice(0, 9).map((algorithm) => Object.values(hidingOf({ algorithm })).map(Number).join(''));
    expect(hidden).toEqual(['1001', '1001', '1001', '1001', '0000', '1110', '1100', '1100', '0000']);
  });
});

it('what kept items out is said in words where it is of the house, and as written where it is a rule of the shop', () => {
  expect(filteredWords('already bought', say)).toBe('already bought');
  expect(filteredWords('exclusion "Gift "cards""', say)).toBe('excluded by “Gift "cards"”');
  expect(filteredWords('item.price > 50', say)).toBe('item.price > 50');
  expect(evidenceWords('bought-together', say)).toBe('Bought together');
  expect(evidenceWords('something-new', say)).toBe('something-new');
});
