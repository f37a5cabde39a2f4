import { describe, expect, it } from 'vitest';
import { type Key, chooseLanguage, languages, loadLanguage, speak } from './words.ts';

const english = await loadLanguage('en');
const keys = Object.keys(english) as Key[];
const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe('the words', () => {
  for (const { code, name } of languages) {
    it(`has every text in ${name}, with the same holes and the same choice of one or many`, async () => {
      const words = await loadLanguage(code);
      expect(Object.keys(words).sort()).toEqual([...keys].sort());
      for (const key of keys) {
        const text = words[key];
        expect(text.trim(), key).not.toBe('');
        expect(text.split('|').length, key).toBe(english[key].split('|').length);
        for (const form of text.split('|')) expect(holes(form), key).toEqual(holes(english[key]));
      }
    });
  }

  it('chooses between one and many and writes numbers as the language does', async () => {
    await loadLanguage('de');
    expect(speak('en')('home.inJourneys', { count: 1 })).toBe('1 person is in journeys');
    expect(speak('en')('home.inJourneys', { count: 4120 })).toBe('4,120 people are in journeys');
    expect(speak('de')('home.inJourneys', { count: 4120 })).toContain('4.120');
  });

  it('leaves a hole visible when a value is missing, rather than saying undefined', () => {
    expect(speak('en')('people.noneMatch')).toBe('Nobody matches “{query}”');
  });

  it("follows the browser's first language that it speaks, English otherwise", () => {
    expect(chooseLanguage(['fr-CH', 'de-CH', 'en'])).toBe('de');
    expect(chooseLanguage(['sv'])).toBe('sv');
    expect(chooseLanguage(['ja', 'fr'])).toBe('en');
    expect(chooseLanguage([])).toBe('en');
  });
});
