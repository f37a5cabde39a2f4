import { isStopWord, languageOf, stemOf, type LanguageCode } from './language-of.ts';

/** What is said of an item; `Item` of the catalogue is one. */
export interface Described {
  name: string;
  categories: readonly string[];
  attributes: Readonly<Record<string, unknown>>;
}

/** The same with its id. */
export interface DescribedItem extends Described {
  id: string;
}

/** A sign of an item: what it is, in which field it stands, and how often. */
export interface Sign {
  /** The same text, the same sign. */
  text: string;
  /** The field as weights name it: `name`, `categories`, or an attribute's name. */
  field: string;
  /** 0: tells groups of items apart, and says nothing of likeness. */
  times: number;
  /** Two words side by side. */
  isPair: boolean;
}

/** Signs kept of an item, those that come most often (recommendations ALG-10). */
const mostSigns = 500;
/** Characters of one text that are read, values of a list, and attributes of an item. */
const most = { text: 10_000, values: 100, attributes: 200 };
/** Longer values are texts, shorter ones are values to be compared as a whole. */
const longestValue = 40;

/** The sign of a category, or of a value of an attribute; as `signsOf` makes them. */
export function groupSign(by: 'category' | 'attribute', name: string, value: string): string {
  return by === 'category' ? `c\u0000${value}` : `a\u0000${name}\u0000${value.trim().toLowerCase()}`;
}

/**
 * The signs of an item: words of its name and texts, stemmed, without stop words, those of the name in pairs too; its categories
 * and the steps that lead to them; values of attributes. Numbers, dates and yes or no tell groups apart, but make no two
 * items alike (recommendations ALG-10).
 *
 * @param language of texts too short to tell
 */
export function signsOf(item: Described, language: LanguageCode): Sign[] {
  const made = new Signs();
  for (const category of item.categories.slice(0, most.values)) {
    made.add(groupSign('category', '', category), 'categories', 1);
    for (const step of stepsTo(category)) made.add(`p\u0000${step.toLowerCase()}`, 'categories', 1);
  }
  const texts: { field: string; words: string[] }[] = [{ field: 'name', words: wordsOf(item.name) }];
  for (const [name, value] of Object.entries(item.attributes).slice(0, most.attributes)) {
    const values = Array.isArray(value) ? (value as unknown[]).slice(0, most.values) : [value];
    for (const one of values) {
      if (typeof one === 'string' && one.length > longestValue) texts.push({ field: name, words: wordsOf(one) });
      else if (isValue(one)) made.add(groupSign('attribute', name, String(one)), name, isWord(one) ? 1 : 0);
    }
  }
  const spoken = languageOf(texts.flatMap(({ words }) => words)) ?? language;
  for (const { field, words } of texts) made.words(words, field, spoken);
  return made.list();
}

/** The language in which most of these items are described, if their words tell. */
export function spokenIn(items: readonly Described[]): LanguageCode | null {
  return languageOf(
    items.flatMap(({ name, attributes }) =>
      [name, ...Object.values(attributes)].flatMap((text) => (typeof text === 'string' ? wordsOf(text) : [])),
    ),
  );
}

class Signs {
  readonly #known = new Map<string, Sign>();

  add(text: string, field: string, times: number, isPair = false): void {
    const key = `${field}\u0001${text}`;
    const known = this.#known.get(key);
    if (known) known.times += times;
    else this.#known.set(key, { text, field, times, isPair });
  }

  /** Pairs of words come of names alone: those of long texts are many and seldom met again. */
  words(words: readonly string[], field: string, language: LanguageCode): void {
    let before: string | null = null;
    for (const word of words) {
      if (isStopWord(word, language)) continue;
      const stem = stemOf(word, language);
      this.add(`w\u0000${stem}`, field, 1);
      if (before !== null && field === 'name') this.add(`w\u0000${before} ${stem}`, field, 1, true);
      before = stem;
    }
  }

  /** Those of one text side by side. */
  list(): Sign[] {
    const all = [...this.#known.values()];
    const kept = all.length > mostSigns ? all.toSorted((a, b) => b.times - a.times).slice(0, mostSigns) : all;
    const byText = new Map<string, Sign[]>();
    for (const sign of kept) {
      const same = byText.get(sign.text);
      if (same) same.push(sign);
      else byText.set(sign.text, [sign]);
    }
    return [...byText.values()].flat();
  }
}

function wordsOf(text: string): string[] {
  return (
    text
      .slice(0, most.text)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** The steps that lead to a category: `a:b:c` → `a`, `a:b`, `a:b:c`. */
function stepsTo(category: string): string[] {
  const parts = category.split(/\s*[:>/|]\s*/).filter((part) => part !== '');
  return parts.map((_part, n) => parts.slice(0, n + 1).join(':'));
}

function isValue(value: unknown): value is string | number | boolean {
  return (typeof value === 'string' && value.trim() !== '') || typeof value === 'number' || typeof value === 'boolean';
}

/** Is this a value by which items can be alike: no number, no date, no yes or no, and no address? */
function isWord(value: string | number | boolean): boolean {
  return (
    typeof value === 'string' && /\p{L}/u.test(value) && !/^(true|false|yes|no)$|:\/\/|^\d{4}-\d\d/iu.test(value.trim())
  );
}
