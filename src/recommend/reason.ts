import type { Because } from './answer.ts';
import type { Algorithm } from './source.ts';

const languages = ['en', 'sv', 'de'] as const;
export type Language = (typeof languages)[number];

/** The language of a shopper's sentences: of a tag such as `sv-SE`, the first that we speak; otherwise English. */
export function languageOf(...tags: readonly (string | null | undefined)[]): Language {
  for (const tag of tags) {
    const [base] = (tag ?? '').toLowerCase().split(/[-_]/);
    const found = languages.find((one) => one === base);
    if (found) return found;
  }
  return 'en';
}

/** A sentence: for one time, for several, each with the name of the key and without. `{}` is the name. */
interface Phrase {
  once: string;
  often: string;
  /** Where the key has no name. */
  onceAlone: string;
  oftenAlone: string;
}

const alone = (sentence: string): Phrase => ({
  once: sentence,
  often: sentence,
  onceAlone: sentence,
  oftenAlone: sentence,
});
const both = (once: string, often: string): Phrase => ({ once, often, onceAlone: once, oftenAlone: often });

/** Besides what brings items into lists: the person's own views, a list of the shop, the rest of the range, a promotion. */
type Words = Readonly<Record<Algorithm | 'recently-viewed' | 'uploaded' | 'range' | 'promotion', Phrase>>;

const together = (once: string, often: string, [onceAlone, oftenAlone]: [string, string]): Phrase => ({
  once,
  often,
  onceAlone,
  oftenAlone,
});

const en: Words = {
  'bought-together': together('Bought with {}', 'Often bought with {}', ['Bought together', 'Often bought together']),
  'carted-together': together('Put in the cart with {}', 'Often put in the cart with {}', [
    'Put in the cart together',
    'Often put in the cart together',
  ]),
  'viewed-together': together('Looked at with {}', 'Often looked at with {}', [
    'Looked at together',
    'Often looked at together',
  ]),
  'viewed-then-bought': together('Bought after looking at {}', 'Often bought after looking at {}', [
    'Bought after a look like yours',
    'Often bought after a look like yours',
  ]),
  'site-affinity': together('Goes with {}', 'Often goes with {}', ['Goes together', 'Often goes together']),
  'item-model': together('Goes with {}', 'Goes with {}', ['Goes with your cart', 'Goes with your cart']),
  'session-neighbours': both('Somebody with your taste looked at this', 'People with your taste looked at this'),
  'next-in-sequence': together('Looked at after {}', 'Often looked at after {}', [
    'Looked at next',
    'Often looked at next',
  ]),
  'two-steps': together('Related to {}', 'Related to {}', ['Related', 'Related']),
  similar: together('Similar to {}', 'Similar to {}', ['Similar', 'Similar']),
  'most-viewed': together('Others looked at this in {}', 'Popular in {}', [
    'Others looked at this',
    'Popular right now',
  ]),
  'most-carted': together('Others put this in the cart', 'Often put in the cart in {}', [
    'Others put this in the cart',
    'Often put in the cart right now',
  ]),
  'top-sellers': together('Others bought this in {}', 'Selling well in {}', [
    'Others bought this',
    'Selling well right now',
  ]),
  'most-told': together('Popular in {}', 'Popular in {}', ['Popular right now', 'Popular right now']),
  'left-in-cart': alone('Still in your cart'),
  'bought-again': alone('You bought this before'),
  'bought-by-alike': alone('Bought by people who buy what you buy'),
  explored: alone('New in our range'),
  'recently-viewed': alone('You looked at this'),
  uploaded: alone('Chosen for you'),
  range: alone('From our range'),
  promotion: alone('Chosen by the shop'),
};

const sv: Words = {
  'bought-together': together('Köpt tillsammans med {}', 'Köps ofta tillsammans med {}', [
    'Köpt tillsammans',
    'Köps ofta tillsammans',
  ]),
  'carted-together': together('Lagd i varukorgen med {}', 'Läggs ofta i varukorgen med {}', [
    'Lagd i varukorgen tillsammans',
    'Läggs ofta i varukorgen tillsammans',
  ]),
  'viewed-together': together('Visad tillsammans med {}', 'Visas ofta tillsammans med {}', [
    'Visad tillsammans',
    'Visas ofta tillsammans',
  ]),
  'viewed-then-bought': together('Köpt efter en titt på {}', 'Köps ofta efter en titt på {}', [
    'Köpt efter en titt som din',
    'Köps ofta efter en titt som din',
  ]),
  'site-affinity': together('Passar till {}', 'Passar ofta till {}', ['Passar ihop', 'Passar ofta ihop']),
  'item-model': together('Passar till {}', 'Passar till {}', ['Passar till din varukorg', 'Passar till din varukorg']),
  'session-neighbours': both('Någon med din smak tittade på den här', 'Andra med din smak tittade på den här'),
  'next-in-sequence': together('Visad efter {}', 'Visas ofta efter {}', ['Visad härnäst', 'Visas ofta härnäst']),
  'two-steps': together('Besläktad med {}', 'Besläktad med {}', ['Besläktad', 'Besläktad']),
  similar: together('Liknar {}', 'Liknar {}', ['Liknande', 'Liknande']),
  'most-viewed': together('Andra tittade på den här i {}', 'Populär i {}', [
    'Andra tittade på den här',
    'Populär just nu',
  ]),
  'most-carted': together('Andra la den här i varukorgen', 'Läggs ofta i varukorgen i {}', [
    'Andra la den här i varukorgen',
    'Läggs ofta i varukorgen just nu',
  ]),
  'top-sellers': together('Andra köpte den här i {}', 'Säljer bra i {}', ['Andra köpte den här', 'Säljer bra just nu']),
  'most-told': together('Populär i {}', 'Populär i {}', ['Populär just nu', 'Populär just nu']),
  'left-in-cart': alone('Ligger kvar i din varukorg'),
  'bought-again': alone('Du har köpt den här förut'),
  'bought-by-alike': alone('Köpt av andra som köper det du köper'),
  explored: alone('Nyhet i sortimentet'),
  'recently-viewed': alone('Du tittade på den här'),
  uploaded: alone('Utvald för dig'),
  range: alone('Ur vårt sortiment'),
  promotion: alone('Utvald av butiken'),
};

const de: Words = {
  'bought-together': together('Gekauft mit {}', 'Oft gekauft mit {}', ['Zusammen gekauft', 'Oft zusammen gekauft']),
  'carted-together': together('In den Warenkorb gelegt mit {}', 'Oft in den Warenkorb gelegt mit {}', [
    'Zusammen in den Warenkorb gelegt',
    'Oft zusammen in den Warenkorb gelegt',
  ]),
  'viewed-together': together('Angesehen mit {}', 'Oft angesehen mit {}', [
    'Zusammen angesehen',
    'Oft zusammen angesehen',
  ]),
  'viewed-then-bought': together('Gekauft nach einem Blick auf {}', 'Oft gekauft nach einem Blick auf {}', [
    'Gekauft nach einem Blick wie Ihrem',
    'Oft gekauft nach einem Blick wie Ihrem',
  ]),
  'site-affinity': together('Passt zu {}', 'Passt oft zu {}', ['Passt zusammen', 'Passt oft zusammen']),
  'item-model': together('Passt zu {}', 'Passt zu {}', ['Passt zu Ihrem Warenkorb', 'Passt zu Ihrem Warenkorb']),
  'session-neighbours': both('Jemand mit Ihrem Geschmack sah das an', 'Andere mit Ihrem Geschmack sahen das an'),
  'next-in-sequence': together('Angesehen nach {}', 'Oft angesehen nach {}', [
    'Als Nächstes angesehen',
    'Oft als Nächstes angesehen',
  ]),
  'two-steps': together('Verwandt mit {}', 'Verwandt mit {}', ['Verwandt', 'Verwandt']),
  similar: together('Ähnlich wie {}', 'Ähnlich wie {}', ['Ähnlich', 'Ähnlich']),
  'most-viewed': together('Andere sahen das in {} an', 'Beliebt in {}', ['Andere sahen das an', 'Gerade beliebt']),
  'most-carted': together('Andere legten das in den Warenkorb', 'Oft in den Warenkorb gelegt in {}', [
    'Andere legten das in den Warenkorb',
    'Gerade oft in den Warenkorb gelegt',
  ]),
  'top-sellers': together('Andere kauften das in {}', 'Verkauft sich gut in {}', [
    'Andere kauften das',
    'Verkauft sich gerade gut',
  ]),
  'most-told': together('Beliebt in {}', 'Beliebt in {}', ['Gerade beliebt', 'Gerade beliebt']),
  'left-in-cart': alone('Liegt noch in Ihrem Warenkorb'),
  'bought-again': alone('Das haben Sie schon gekauft'),
  'bought-by-alike': alone('Gekauft von anderen, die kaufen, was Sie kaufen'),
  explored: alone('Neu im Sortiment'),
  'recently-viewed': alone('Das haben Sie angesehen'),
  uploaded: alone('Für Sie ausgewählt'),
  range: alone('Aus unserem Sortiment'),
  promotion: alone('Vom Shop ausgewählt'),
};

const words: Readonly<Record<Language, Words>> = { en, sv, de };

/**
 * One plain sentence for shoppers, such as "Often bought with Winter coat". What happened once is not called often.
 *
 * @param name of the key item, or of the category; null where there is none
 */
export function sentenceOf({ algorithm, count }: Because, name: string | null, language: Language): string {
  const phrase = words[language][algorithm as keyof Words];
  const often = count > 1;
  if (name === null) return often ? phrase.oftenAlone : phrase.onceAlone;
  // A function, so that a name with a dollar sign stays what it is.
  return (often ? phrase.often : phrase.once).replace('{}', () => name);
}
