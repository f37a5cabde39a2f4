import { wordsOf, type TemplateDocument, type Words } from './block.ts';
import { chosenLanguage } from './compiled.ts';

/** One template, words in several languages: which there are, and which one somebody gets. Pure. */

/** The language of words that say none. */
export function ownLanguage({ language }: Pick<TemplateDocument, 'language'>): string {
  return language ?? 'en';
}

/** All languages in which anything is said; the document's own first. */
export function languagesOf(document: TemplateDocument): string[] {
  const named = wordsOf(document).flatMap(({ words }) => (typeof words === 'string' ? [] : Object.keys(words)));
  return [...new Set([ownLanguage(document), ...named.sort()])];
}

/** What stands in `words` for this language; where nothing does, in the document's own, then in any. */
export function inLanguage(words: Words | undefined, language: string, own: string): string {
  if (words === undefined) return '';
  if (typeof words === 'string') return words;
  const there = Object.keys(words);
  if (there.length === 0) return '';
  const found = words[chosenLanguage(language, there, own)] ?? words[chosenLanguage(own, there, there[0]!)];
  return found ?? '';
}

/** Is the language written from right to left? */
export function isRightToLeft(language: string): boolean {
  return ['ar', 'fa', 'he', 'ur', 'yi', 'ps', 'dv'].includes(language.split('-')[0]!);
}
