import { percentEncode } from './escape.ts';
import { asCount, asList, asText, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import type { Run } from './run.ts';
import { equal, toText } from './value.ts';

type Change = (text: string) => unknown;

/** A function of one text; nothing in, nothing out. */
function change(run: Run, value: unknown, made: Change): unknown {
  const text = asText(run, value);
  if (text === null) return null;
  const result = made(text);
  return typeof result === 'string' ? run.bounded(result) : result;
}

type Test = (text: string, part: string) => boolean;

/** A question about two texts; nothing answers no. The third argument false makes capitals equal to small letters. */
function ask(run: Run, [value, part, exact]: unknown[], test: Test): boolean {
  const [text, sought] = [asText(run, value), asText(run, part)];
  if (text === null || sought === null) return false;
  return exact === false ? test(text.toLowerCase(), sought.toLowerCase()) : test(text, sought);
}

function contains(run: Run, args: unknown[]): boolean {
  const [value, sought] = args;
  if (Array.isArray(value)) return value.some((item) => equal(run, item ?? null, sought ?? null));
  return ask(run, args, (text, part) => text.includes(part));
}

function titleCase(text: string): string {
  return text.replace(/(^|[\s-])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

function joined(run: Run, list: unknown, separator: unknown): string | null {
  const items = asList(run, list);
  const between = asText(run, separator ?? ', ') ?? '';
  if (items === null) return null;
  let length = 0;
  const texts = items.map((item) => {
    const text = toText(run, item) ?? '';
    length += text.length + between.length;
    if (length - between.length > run.outputLimit) throw run.tooLong();
    return text;
  });
  return run.bounded(texts.join(between));
}

function concat(run: Run, parts: unknown[]): string | null {
  if (parts.includes(null)) return null;
  return joined(run, parts, '');
}

function replace(run: Run, [value, old, fresh]: unknown[]): unknown {
  const [from, to] = [asText(run, old), asText(run, fresh)];
  return change(run, value, (text) => {
    if (from === null || from === '' || to === null) return text;
    const parts = text.split(from);
    run.charge(parts.length);
    if ((parts.length - 1) * to.length > run.outputLimit) throw run.tooLong();
    return parts.join(to);
  });
}

function substr(run: Run, [value, from, to]: unknown[]): unknown {
  const start = asCount(run, from);
  const end = to === undefined || to === null ? undefined : asCount(run, to);
  return change(run, value, (text) => text.slice(start, end));
}

function split(run: Run, [value, separator]: unknown[]): unknown {
  const between = asText(run, separator);
  return change(run, value, (text) => {
    if (between === null || between === '') return [text];
    const parts = text.split(between);
    run.charge(parts.length);
    return parts;
  });
}

/** Sets a parameter in the query, replacing it if it is there, and leaves the fragment at the end. */
function appendQueryParams(run: Run, [address, key, value]: unknown[]): unknown {
  const [name, text] = [asText(run, key), asText(run, value)];
  return change(run, address, (whole) => {
    if (name === null || text === null) return whole;
    const [, before, query, fragment] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(whole)!;
    const encoded = percentEncode(name);
    const kept = (query ?? '').split('&').filter((pair) => pair !== '' && pair.split('=')[0] !== encoded);
    return `${before}?${[...kept, `${encoded}=${percentEncode(text)}`].join('&')}${fragment ?? ''}`;
  });
}

/** Functions of texts and addresses. */
export const textFunctions: LanguageFunction[] = [
  row(['upperCase|upper(text)', 'All letters as capitals.'], ['upperCase("ada")', 'ADA'], (run, [text]) =>
    change(run, text, (it) => it.toUpperCase()),
  ),
  row(['lowerCase|lower(text)', 'All letters small.'], ['lowerCase("ADA")', 'ada'], (run, [text]) =>
    change(run, text, (it) => it.toLowerCase()),
  ),
  row(
    ['titleCase(text)', 'The first letter of each word as a capital.'],
    ['titleCase("ada byron")', 'Ada Byron'],
    (run, [text]) => change(run, text, titleCase),
  ),
  row(['trim(text)', 'Without white space at both ends.'], ['trim("  hat ")', 'hat'], (run, [text]) =>
    change(run, text, (it) => it.trim()),
  ),
  row(
    ['concat(first, ...more)', 'Texts and numbers put together; nothing if a part is missing.'],
    ['concat("No. ", 7)', 'No. 7'],
    concat,
  ),
  row(
    ['join(list, separator?)', 'The items of a list as one text, with ", " or another text between.'],
    ['join(["red", "blue"], " or ")', 'red or blue'],
    (run, [list, separator]) => joined(run, list, separator),
  ),
  row(['split(text, separator)', 'The parts of a text between separators.'], ['split("a/b", "/")', ['a', 'b']], split),
  row(
    ['replace(text, old, new)', 'Every occurrence of a text replaced by another.'],
    ['replace("a-b-c", "-", " ")', 'a b c'],
    replace,
  ),
  row(
    ['substr(text, from, to?)', 'The characters from a place, counted from 0, up to another.'],
    ['substr("sweater", 0, 5)', 'sweat'],
    substr,
  ),
  row(
    [
      'contains|contain|includes(textOrList, part, exact?)',
      'Is the text part of the other, or the value in the list? With false at the end, capitals do not matter.',
    ],
    ['contains("Winter coat", "COAT", false)', true],
    contains,
  ),
  row(
    ['startsWith|startWith(text, part, exact?)', 'Does the text begin so?'],
    ['startsWith("coat-1", "coat")', true],
    (run, args) => ask(run, args, (text, part) => text.startsWith(part)),
  ),
  row(
    ['endsWith|endWith(text, part, exact?)', 'Does the text end so?'],
    ['endsWith("photo.png", ".png")', true],
    (run, args) => ask(run, args, (text, part) => text.endsWith(part)),
  ),
  row(
    ['indexOf(text, part)', 'The place of the first occurrence, counted from 0; -1 if there is none.'],
    ['indexOf("coat", "a")', 2],
    (run, [text, part]) => change(run, text, (it) => it.indexOf(asText(run, part) ?? '\u0000')),
  ),
  row(
    ['urlEncode(text)', 'The text as it may stand in the query of an address.'],
    ['urlEncode("50 % off")', '50%20%25%20off'],
    (run, [text]) => change(run, text, percentEncode),
  ),
  row(
    [
      'appendQueryParams(address, key, value)',
      'The address with this parameter in its query; an older value is replaced.',
    ],
    ['appendQueryParams("https://shop.example/p?a=1#top", "b", "x y")', 'https://shop.example/p?a=1&b=x%20y#top'],
    appendQueryParams,
  ),
];
