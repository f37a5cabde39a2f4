import type { Category, ShopItem } from '../catalogue.ts';
import { de } from './words/de.ts';
import { en, type Words } from './words/en.ts';
import { type Goods, goodsDe, goodsSv } from './words/goods.ts';
import { sv } from './words/sv.ts';

export const languages = { en: 'English', sv: 'Svenska', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

const tables: Record<Language, Words> = { en, sv, de };
const goods: Partial<Record<Language, Goods>> = { sv: goodsSv, de: goodsDe };
const place = 'lumen-loom-language';

/** The language of the page; `index.html` chose it before anything was drawn. */
export function language(): Language {
  const { lang } = document.documentElement;
  return lang in languages ? (lang as Language) : 'en';
}

/** Speaks another language from now on, on this device. */
export function speak(wanted: Language): void {
  document.documentElement.lang = wanted;
  localStorage.setItem(place, wanted);
}

/** The words under a key, with `{x}` filled in. */
export function word(key: keyof Words, values: Record<string, string | number> = {}): string {
  return tables[language()][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The same where a number decides between one and many. */
export function counted(key: 'shelf.items', n: number): string {
  const one = new Intl.PluralRules(language()).select(n) === 'one';
  return word(`${key}.${one ? 'one' : 'other'}`, { n });
}

/** 129.9 → "€129.90", as this language writes it. */
export function money(amount: number): string {
  return new Intl.NumberFormat(language(), { style: 'currency', currency: 'EUR' }).format(amount);
}

export function day(iso: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'long' }).format(new Date(iso));
}

/** What an item is called here. The catalogue that Beckon knows, and so the mails, has the English name. */
export function nameOf({ name, attributes: { cut, colour, pattern } }: ShopItem): string {
  const said = goods[language()];
  if (!said) return name;
  const parts = [said.models[cut] ?? name, said.colours[colour] ?? colour];
  if (pattern !== 'plain') parts.push(said.patterns[pattern] ?? pattern);
  return parts.join(', ');
}

/** The model without its colour, in the language of the page. */
export function modelOf({ name, attributes }: ShopItem): string {
  return goods[language()]?.models[attributes.cut] ?? name.split(` in ${attributes.colour}`)[0]!;
}

export function categoryWords(category: Category): { title: string; lead: string } {
  return goods[language()]?.categories[category.slug] ?? category;
}

/** A colour, a pattern or a material as this language says it; makers keep their names. */
export function termOf(kind: 'colours' | 'patterns' | 'materials', value: string): string {
  return goods[language()]?.[kind][value] ?? value;
}
