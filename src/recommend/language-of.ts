import snowball from 'snowball-stemmers';
import * as stopword from 'stopword';

/** Languages whose stop words are known; those with an algorithm are stemmed too (recommendations ALG-10). */
const algorithms: Readonly<Record<string, string | null>> = {
  ara: 'arabic',
  bul: null,
  cat: 'catalan',
  ces: 'czech',
  dan: 'danish',
  deu: 'german',
  ell: null,
  eng: 'english',
  est: null,
  eus: 'basque',
  fin: 'finnish',
  fra: 'french',
  gle: 'irish',
  hrv: null,
  hun: 'hungarian',
  hye: 'armenian',
  ind: null,
  ita: 'italian',
  lav: null,
  lit: null,
  nld: 'dutch',
  nob: 'norwegian',
  pol: null,
  por: 'portuguese',
  ron: 'romanian',
  rus: 'russian',
  slk: null,
  slv: 'slovene',
  spa: 'spanish',
  swe: 'swedish',
  tur: 'turkish',
  ukr: null,
  vie: null,
};

/** A language as stop words know it: three letters. */
export type LanguageCode = string;

const lists = stopword as unknown as Record<string, readonly string[]>;
const names = Object.keys(algorithms).filter((name) => Array.isArray(lists[name]));
/** Word → in which languages' lists it stands, as places in `names`. */
const speakers = new Map<string, number[]>();
names.forEach((name, place) => {
  for (const word of new Set(lists[name])) {
    const known = speakers.get(word);
    if (known) known.push(place);
    else speakers.set(word, [place]);
  }
});

/** Fewer stop words of a language than this say nothing about a text. */
const leastSigns = 3;
/** A language must have so much more signs than the next, or the text counts as undecided. */
const lead = 1.3;

/** The language a text is written in by its stop words, or null where they are too few to say. */
export function languageOf(words: readonly string[]): LanguageCode | null {
  const signs = new Map<number, number>();
  for (const word of words) for (const place of speakers.get(word) ?? []) signs.set(place, (signs.get(place) ?? 0) + 1);
  let [best, most, next] = [-1, 0, 0];
  for (const [place, count] of signs) {
    if (count > most) [best, most, next] = [place, count, most];
    else if (count > next) next = count;
  }
  return most >= leastSigns && most >= next * lead ? names[best]! : null;
}

const stemmers = new Map<string, { stem(word: string): string } | null>();
const stems = new Map<string, string>();
/** Stems kept; a shop's words are few and come again and again. */
const mostStems = 100_000;

/** Does a word say nothing in this language? */
export function isStopWord(word: string, language: LanguageCode): boolean {
  return (speakers.get(word) ?? []).some((place) => names[place] === language);
}

/** The stem of a word, so that "jackets" and "jacket" are one; the word itself where the language has no stemmer. */
export function stemOf(word: string, language: LanguageCode): string {
  const algorithm = algorithms[language] ?? null;
  if (algorithm === null) return word;
  const key = `${language}${word}`;
  const known = stems.get(key);
  if (known !== undefined) return known;
  const stemmer = stemmers.get(algorithm) ?? snowball.newStemmer(algorithm);
  stemmers.set(algorithm, stemmer);
  const stem = stemmer.stem(word) || word;
  if (stems.size >= mostStems) stems.clear();
  stems.set(key, stem);
  return stem;
}
