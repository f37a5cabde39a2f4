/** Finds things by words. Pure: the shop hands in what each thing is called. */

/** A thing with all the words that it may be found by, in every language. */
export interface Findable<T> {
  thing: T;
  words: string;
}

export interface Found<T> {
  things: T[];
  /** Nothing had the words as they were written; these have words that differ by one letter. */
  near: boolean;
}

/** Every word of the query must begin a word of the thing, or stand inside a long one. Order of the list is kept. */
export function search<T>(query: string, list: readonly Findable<T>[]): Found<T> {
  const asked = wordsOf(query);
  if (asked.length === 0) return { things: [], near: false };
  const known = list.map(({ thing, words }) => ({ thing, words: wordsOf(words) }));
  const by = (fits: (asked: string, word: string) => boolean) =>
    known.filter(({ words }) => asked.every((one) => words.some((word) => fits(one, word)))).map(({ thing }) => thing);
  const exact = by((one, word) => word.startsWith(one) || (one.length > 3 && word.includes(one)));
  if (exact.length > 0) return { things: exact, near: false };
  return { things: by((one, word) => one.length > 3 && isNear(one, word)), near: true };
}

/** Small letters without accents: `Häfer` and `hafer` are one word. */
export function wordsOf(text: string): string[] {
  const plain = text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('ß', 'ss');
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** One letter more, less or other; or two neighbours changed about. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  if (restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)) return true;
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
}
