import { asText, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { chargePattern, patternOf } from './pattern.ts';
import type { Run } from './run.ts';
import { compare, equal } from './value.ts';

type Test = (text: string, part: string) => boolean;

/** A question about two texts; nothing answers no. The third argument false makes capitals equal to small letters. */
function ask(run: Run, [value, part, exact]: unknown[], test: Test): boolean {
  const [text, sought] = [asText(run, value), asText(run, part)];
  if (text === null || sought === null) return false;
  return exact === false ? test(text.toLowerCase(), sought.toLowerCase()) : test(text, sought);
}

/** Arguments with capitals made equal to small letters. */
function loosely([value, part]: unknown[]): unknown[] {
  return [value, part, false];
}

const has: Test = (text, part) => text.includes(part);
const begins: Test = (text, part) => text.startsWith(part);
const ends: Test = (text, part) => text.endsWith(part);

function contains(run: Run, args: unknown[]): boolean {
  const [value, sought] = args;
  if (Array.isArray(value)) return value.some((item) => equal(run, item ?? null, sought ?? null));
  return ask(run, args, has);
}

/** Nothing equals nothing. */
function sameLetters(run: Run, a: unknown, b: unknown): boolean {
  const [one, other] = [asText(run, a), asText(run, b)];
  return one === null || other === null ? one === other : one.toLowerCase() === other.toLowerCase();
}

/** `%` is any text, `_` any character, `\\` takes the next sign as it is. */
function like(run: Run, [value, form]: unknown[]): boolean {
  const [text, pattern] = [asText(run, value), asText(run, form)];
  if (text === null || pattern === null) return false;
  const [letters, signs] = [Array.from(text), signsOf(pattern)];
  let [at, place, star, resume] = [0, 0, -1, 0];
  while (at < letters.length) {
    run.charge(0.1); // one comparison; going back to the last % can make them many
    const sign = signs[place];
    if (sign === any) [star, resume] = [place++, at];
    else if (sign !== undefined && (sign === one || sign === letters[at])) [at, place] = [at + 1, place + 1];
    else if (star >= 0) [place, at] = [star + 1, ++resume];
    else return false;
  }
  return signs.slice(place).every((sign) => sign === any);
}

const any = Symbol('%');
const one = Symbol('_');

function signsOf(pattern: string): (string | symbol)[] {
  return Array.from(pattern.matchAll(/\\(.)|./gsu), ([whole, escaped]) => {
    if (escaped !== undefined) return escaped;
    return whole === '%' ? any : whole === '_' ? one : whole;
  });
}

function matches(run: Run, [value, source]: unknown[]): boolean {
  const [text, by] = [asText(run, value), asText(run, source)];
  if (text === null || by === null) return false;
  const pattern = patternOf(run, by);
  chargePattern(run, pattern, text.length);
  return pattern.expression.matcher(text).matches();
}

function compareTo(run: Run, [a, b]: unknown[]): number | null {
  const [left, right] = [asText(run, a), asText(run, b)];
  return left === null || right === null ? null : compare(run, left, right);
}

/** Questions about texts. All answer true or false, but compareTo. */
export const questionFunctions: LanguageFunction[] = [
  row(
    [
      'contains|contain|includes(textOrList: text or list, part: any, exact?: truth): truth',
      'Is the text part of the other, or the value in the list? With false at the end, capitals do not matter.',
    ],
    ['contains("Winter coat", "COAT", false)', true],
    contains,
  ),
  row(
    ['doesNotContain(textOrList: text or list, part: any, exact?: truth): truth', 'The opposite of contains.'],
    ['doesNotContain("Winter coat", "hat")', true],
    (run, args) => !contains(run, args),
  ),
  row(
    [
      'containsIgnoreCase|containIgnoreCase(text: text, part: text): truth',
      'Is the text part of the other, whatever the capitals?',
    ],
    ['containsIgnoreCase("Winter coat", "COAT")', true],
    (run, args) => ask(run, loosely(args), has),
  ),
  row(
    ['startsWith|startWith(text: text, part: text, exact?: truth): truth', 'Does the text begin so?'],
    ['startsWith("coat-1", "coat")', true],
    (run, args) => ask(run, args, begins),
  ),
  row(
    ['doesNotStartWith(text: text, part: text, exact?: truth): truth', 'The opposite of startsWith.'],
    ['doesNotStartWith("coat-1", "hat")', true],
    (run, args) => !ask(run, args, begins),
  ),
  row(
    [
      'startsWithIgnoreCase|startWithIgnoreCase(text: text, part: text): truth',
      'Does the text begin so, whatever the capitals?',
    ],
    ['startsWithIgnoreCase("Coat-1", "coat")', true],
    (run, args) => ask(run, loosely(args), begins),
  ),
  row(
    ['endsWith|endWith(text: text, part: text, exact?: truth): truth', 'Does the text end so?'],
    ['endsWith("photo.png", ".png")', true],
    (run, args) => ask(run, args, ends),
  ),
  row(
    ['doesNotEndWith(text: text, part: text, exact?: truth): truth', 'The opposite of endsWith.'],
    ['doesNotEndWith("photo.png", ".jpg")', true],
    (run, args) => !ask(run, args, ends),
  ),
  row(
    [
      'endsWithIgnoreCase|endWithIgnoreCase(text: text, part: text): truth',
      'Does the text end so, whatever the capitals?',
    ],
    ['endsWithIgnoreCase("photo.PNG", ".png")', true],
    (run, args) => ask(run, loosely(args), ends),
  ),
  row(['equals(a: any, b: any): truth', 'The same as a = b.'], ['equals("a", "a")', true], (run, [a, b]) =>
    equal(run, a, b),
  ),
  row(
    ['notEqualTo(a: any, b: any): truth', 'The same as a != b.'],
    ['notEqualTo("a", "b")', true],
    (run, [a, b]) => !equal(run, a, b),
  ),
  row(
    ['equalsIgnoreCase|equalIgnoreCase(a: text, b: text): truth', 'Are the two the same, whatever the capitals?'],
    ['equalsIgnoreCase("SALE", "sale")', true],
    (run, [a, b]) => sameLetters(run, a, b),
  ),
  row(
    [
      'notEqualsIgnoreCase|notEqualWithIgnoreCase|notEqualIgnoreCase(a: text, b: text): truth',
      'The opposite of equalsIgnoreCase.',
    ],
    ['notEqualsIgnoreCase("sale", "new")', true],
    (run, [a, b]) => !sameLetters(run, a, b),
  ),
  row(
    [
      'equalsAnyIgnoreCase(text: text, ...candidates: text): truth',
      'Is the text one of the others, whatever the capitals?',
    ],
    ['equalsAnyIgnoreCase("Red", "blue", "RED")', true],
    (run, [text, ...others]) => others.some((other) => sameLetters(run, text, other)),
  ),
  row(
    [
      'like(text: text, form: text): truth',
      'Does the whole text have the form? % is any text, _ any character, and a backslash takes the next sign as it is.',
    ],
    ['like("dresses", "%es_")', false],
    like,
  ),
  row(
    ['matches|matchRegExp(text: text, pattern: text): truth', 'Does a pattern match the whole text?'],
    ['matches("AB-123", "[A-Z]+-\\\\d{3}")', true],
    matches,
  ),
  row(
    [
      'compareTo(a: text, b: text): number',
      '-1 when the first comes first by the codes of its characters, 1 when it comes after, 0 when they are the same.',
    ],
    ['compareTo("a", "b")', -1],
    compareTo,
  ),
];
