import { describe, expect, it } from 'vitest';
import { type Language, languageOf, sentenceOf } from './reason.ts';

const languages: Language[] = ['en', 'sv', 'de'];
const said = (algorithm: string, count: number, name: string | null) =>
  languages.map((language) => sentenceOf({ key: 'k', algorithm, count }, name, language));

describe('the sentence for shoppers', () => {
  it('names the key, in the language of the shopper; what happened once is not called often', () => {
    expect(said('bought-together', 7, 'Winter coat')).toEqual([
      'Often bought with Winter coat',
      'Köps ofta tillsammans med Winter coat',
      'Oft gekauft mit Winter coat',
    ]);
    expect(said('bought-together', 1, 'Winter coat')[0]).toBe('Bought with Winter coat');
    expect(said('bought-together', 7, null)[0]).toBe('Often bought together');
    expect(said('top-sellers', 3, 'Coats')[2]).toBe('Verkauft sich gut in Coats');
    // A name is shown as it is.
    expect(said('similar', 0, '$& {}')[0]).toBe('Similar to $& {}');
  });

  it('is there for a list of any kind, and of a person’s own says nothing of others', () => {
    expect(said('left-in-cart', 1, 'Coat')).toEqual([
      'Still in your cart',
      'Ligger kvar i din varukorg',
      'Liegt noch in Ihrem Warenkorb',
    ]);
    expect(said('bought-again', 4, 'Coat')[0]).toBe('You bought this before');
    expect(said('explored', 0, 'Coat')).toEqual(['New in our range', 'Nyhet i sortimentet', 'Neu im Sortiment']);
  });

  it('takes the first language that is spoken, whatever the country', () => {
    expect([languageOf('fr-FR', 'sv_SE'), languageOf('DE-at'), languageOf(null, undefined, 'fi')]).toEqual([
      'sv',
      'de',
      'en',
    ]);
  });
});
