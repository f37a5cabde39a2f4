import { en } from './en.ts';

/** Every text of the studio has a key; English is the list, the other languages match it (words.test.ts). */
export type Key = keyof typeof en;
export type Catalogue = Record<Key, string>;
export type Language = 'en' | 'sv' | 'de';

/** English comes with the first page; the others when somebody reads them. */
const catalogues: Partial<Record<Language, Catalogue>> = { en };
const further = {
  sv: async () => (await import('./sv.ts')).sv,
  de: async () => (await import('./de.ts')).de,
};

/** Brings the words of a language in, so that it can be spoken. */
export async function loadLanguage(language: Language): Promise<Catalogue> {
  return (catalogues[language] ??= language === 'en' ? en : await further[language]());
}

export const languages: { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'sv', name: 'Svenska' },
  { code: 'de', name: 'Deutsch' },
];

/** Region that fits the words: dates and numbers follow the language. */
export const localeOf: Record<Language, string> = { en: 'en-GB', sv: 'sv-SE', de: 'de-DE' };

export type Values = Record<string, string | number>;
/** Says a text: fills `{name}`, chooses `one|many` by `{count}`, writes numbers as the language does. */
export type Say = (key: Key, values?: Values) => string;

/** The words of one language, which must have been loaded, as a function. */
export function speak(language: Language): Say {
  const catalogue = catalogues[language];
  if (!catalogue) throw new Error(`The words of "${language}" were not loaded`);
  const locale = localeOf[language];
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  return (key, values = {}) => {
    const text = choose(catalogue[key], values['count'], plural);
    return text.replaceAll(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name];
      if (value === undefined) return hole;
      return typeof value === 'number' ? number.format(value) : value;
    });
  };
}

function choose(text: string, count: string | number | undefined, plural: Intl.PluralRules): string {
  const [one, many] = text.split('|');
  if (many === undefined || one === undefined) return text;
  return typeof count === 'number' && plural.select(count) === 'one' ? one : many;
}

/** Whether a key built from data exists; unknown reasons and events are then shown as they came. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(en, key);
}

/** What a recipe says, in the reader's language; what the shop wrote itself, as it stands. */
export function recipeWords(text: string, say: Say): string {
  const key = `recipe.${text}`;
  return isKey(key) ? say(key) : text;
}

/** The first language of the list that we speak; English otherwise. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const code = tag.toLowerCase().split('-')[0];
    const found = languages.find((language) => language.code === code);
    if (found) return found.code;
  }
  return 'en';
}
