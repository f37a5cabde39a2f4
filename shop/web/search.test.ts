import { describe, expect, it } from 'vitest';
import { search, wordsOf } from './search.ts';

const list = ['Skerry parka in navy', 'Harbour duffle coat in navy', 'Long scarf Häfer', 'Sofa throw'].map((thing) => ({
  thing,
  words: thing,
}));
const found = (query: string) => search(query, list);

describe('search()', () => {
  it('wants every word, at the beginning of a word or inside a long one', () => {
    expect(found('navy').things).toEqual(['Skerry parka in navy', 'Harbour duffle coat in navy']);
    expect(found('nav coat').things).toEqual(['Harbour duffle coat in navy']);
    expect(found('uffle').things).toEqual(['Harbour duffle coat in navy']);
    expect(found('navy lamp')).toEqual({ things: [], near: true });
  });

  it('takes letters without accents for the same', () => {
    expect(found('hafer').things).toEqual(['Long scarf Häfer']);
    expect(wordsOf('Straße, Nr. 3')).toEqual(['strasse', 'nr', '3']);
  });

  it('shows what differs by one letter only where nothing has the words as written', () => {
    for (const query of ['scraf', 'scarff', 'scrf', 'scalf']) {
      expect(found(query), query).toEqual({ things: ['Long scarf Häfer'], near: true });
    }
    expect(found('scarf')).toEqual({ things: ['Long scarf Häfer'], near: false });
    expect(found('zz').things).toEqual([]);
  });

  it('finds nothing for an empty query', () => {
    expect(found('  ')).toEqual({ things: [], near: false });
  });
});
