import { asCount, asList, asText, asWhole, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { chargePattern, patternOf } from './pattern.ts';
import type { Run } from './run.ts';
import { toText } from './value.ts';

type Change = (text: string) => unknown;

/** A function of one text; nothing in, nothing out. */
export function change(run: Run, value: unknown, made: Change): unknown {
  const text = asText(run, value);
  if (text === null) return null;
  const result = made(text);
  return typeof result === 'string' ? run.bounded(result) : result;
}

/** A row that changes a text and needs nothing else. */
export function changes(made: Change): LanguageFunction['run'] {
  return (run, [text]) => change(run, text, made);
}

function titleCase(text: string): string {
  return text.replace(/(^|[\s-])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

function camelCase(text: string): string {
  const [first = '', ...rest] = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return [first.toLowerCase(), ...rest.map((word) => titleCase(word.toLowerCase()))].join('');
}

/** The items of a list as one text; grows no longer than a result may. */
export function joined(run: Run, list: unknown, separator: unknown): string | null {
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

/** `serializeList`: without a separator a comma; the items in quotes if asked for, quotes within them doubled. */
function serialized(run: Run, [list, separator, quotes]: unknown[]): string | null {
  const items = asList(run, list);
  if (items === null || quotes !== true) return joined(run, items, separator ?? ',');
  const quoted = items.map((item) => {
    const text = toText(run, item) ?? '';
    run.chargeFor(text);
    return `"${text.replaceAll('"', '""')}"`;
  });
  return joined(run, quoted, separator ?? ',');
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

/** What the groups of a match put into a text: `$1`, `${name}`; `\\$` is the sign itself, as in Java. */
function filled(fresh: string, group: (name: string) => string): string {
  return fresh.replace(/\\(.)|\$(?:\{(\w{1,30})\}|(\d))/gsu, (_, sign?: string, name?: string, digit?: string) =>
    sign === undefined ? group(name ?? digit!) : sign,
  );
}

function replaceAll(run: Run, [value, source, fresh]: unknown[]): unknown {
  const [by, to] = [asText(run, source), asText(run, fresh)];
  return change(run, value, (text) => {
    if (by === null || to === null) return text;
    const pattern = patternOf(run, by);
    const matcher = pattern.expression.matcher(text);
    const parts: string[] = [];
    let [end, length] = [0, 0];
    // A search may look to the end of the text before it settles for an early match, so each is charged for so much.
    for (;;) {
      chargePattern(run, pattern, text.length - end);
      if (!matcher.find()) break;
      parts.push(
        text.slice(end, matcher.start()),
        filled(to, (name) => groupOf(matcher, name)),
      );
      end = matcher.end();
      length += parts.at(-1)!.length;
      run.charge(parts.at(-1)!.length >> 5);
      if (length > run.outputLimit) throw run.tooLong();
    }
    return parts.join('') + text.slice(end);
  });
}

type Matcher = ReturnType<ReturnType<typeof patternOf>['expression']['matcher']>;

/** A group by number or name; a group that is not there is the empty text. */
function groupOf(matcher: Matcher, name: string): string {
  if (/^\d+$/.test(name)) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : '';
  return Object.hasOwn(matcher.namedGroups, name) ? (matcher.group(name) ?? '') : '';
}

function regexGroup(run: Run, [value, source, group]: unknown[]): string | null {
  const [text, by] = [asText(run, value), asText(run, source)];
  if (text === null || by === null) return null;
  const wanted = typeof group === 'string' ? group : String(asCount(run, group ?? 0));
  const pattern = patternOf(run, by);
  chargePattern(run, pattern, text.length);
  const matcher = pattern.expression.matcher(text);
  const found = matcher.find() ? groupOf(matcher, wanted) : '';
  return found === '' && !matcher.hasMatch ? null : run.bounded(found);
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

/** Characters are code points, so that no picture is cut in two. */
function mask(run: Run, [value, left, right]: unknown[]): unknown {
  const [first, last] = [asCount(run, left ?? 0), asCount(run, right ?? 0)];
  return change(run, value, (text) => {
    const letters = Array.from(text);
    run.charge(letters.length >> 2);
    return letters.map((letter, i) => (i < first || i >= letters.length - last ? letter : 'X')).join('');
  });
}

function place(run: Run, [text, part]: unknown[], find: (text: string, part: string) => number): unknown {
  const sought = asText(run, part);
  return change(run, text, (it) => (sought === null ? -1 : find(it, sought)));
}

/** Functions that change and make texts. */
export const textFunctions: LanguageFunction[] = [
  row(
    ['upperCase|upper(text: text): text', 'All letters as capitals.'],
    ['upperCase("ada")', 'ADA'],
    changes((it) => it.toUpperCase()),
  ),
  row(
    ['lowerCase|lower(text: text): text', 'All letters small.'],
    ['lowerCase("ADA")', 'ada'],
    changes((it) => it.toLowerCase()),
  ),
  row(
    ['titleCase(text: text): text', 'The first letter of each word as a capital.'],
    ['titleCase("ada byron")', 'Ada Byron'],
    (run, [text]) => change(run, text, (it) => (run.charge(it.length >> 4), titleCase(it))),
  ),
  row(
    ['camelCase(text: text): text', 'The words as one, each but the first with a capital.'],
    ['camelCase("Winter coat, red")', 'winterCoatRed'],
    (run, [text]) => change(run, text, (it) => (run.charge(it.length >> 2), camelCase(it))),
  ),
  row(
    ['trim(text: text): text', 'Without white space at both ends.'],
    ['trim("  hat ")', 'hat'],
    changes((it) => it.trim()),
  ),
  row(
    ['leftTrim(text: text): text', 'Without white space at the beginning.'],
    ['leftTrim("  hat ")', 'hat '],
    changes((it) => it.trimStart()),
  ),
  row(
    ['rightTrim(text: text): text', 'Without white space at the end.'],
    ['rightTrim("  hat ")', '  hat'],
    changes((it) => it.trimEnd()),
  ),
  row(
    ['concat(first: any, ...more: any): text', 'Texts and numbers put together; nothing if a part is missing.'],
    ['concat("No. ", 7)', 'No. 7'],
    concat,
  ),
  row(
    ['join(list: list, separator?: text): text', 'The items of a list as one text, with ", " or another text between.'],
    ['join(["red", "blue"], " or ")', 'red or blue'],
    (run, [list, separator]) => joined(run, list, separator),
  ),
  row(
    [
      'serializeList(list: list, separator?: text, quotes?: truth): text',
      'The items of a list as one text, with a comma or another text between; with true at the end each in quotes.',
    ],
    ['serializeList(["a", "b"], ";", true)', '"a";"b"'],
    serialized,
  ),
  row(
    ['split(text: text, separator: text): list<text>', 'The parts of a text between separators.'],
    ['split("a/b", "/")', ['a', 'b']],
    split,
  ),
  row(
    ['replace(text: text, old: text, new: text): text', 'Every occurrence of a text replaced by another.'],
    ['replace("a-b-c", "-", " ")', 'a b c'],
    replace,
  ),
  row(
    [
      'replaceAll(text: text, pattern: text, new: text): text',
      'Every match of a pattern replaced; $1 or ${name} in the new text is what a group matched.',
    ],
    ['replaceAll("red,  blue", ",\\\\s*(\\\\w)", "/$1")', 'red/blue'],
    replaceAll,
  ),
  row(
    [
      'regexGroup(text: text, pattern: text, group?: number or text): text',
      'What a group of a pattern matched, by number or name; 0 is the whole match. Nothing if there is no match.',
    ],
    ['regexGroup("order 4711/b", "(\\\\d+)/(\\\\w)", 1)', '4711'],
    regexGroup,
  ),
  row(
    [
      'substr(text: text, from: number, to?: number): text',
      'The characters from a place, counted from 0, up to another.',
    ],
    ['substr("sweater", 0, 5)', 'sweat'],
    substr,
  ),
  row(
    ['mask(text: text, left: number, right: number): text', 'The characters between the first and the last few as X.'],
    ['mask("123456789", 5, 2)', '12345XX89'],
    mask,
  ),
  row(
    [
      'indexOf(text: text, part: text): number',
      'The place of the first occurrence, counted from 0; -1 if there is none.',
    ],
    ['indexOf("coat", "a")', 2],
    (run, args) => place(run, args, (text, part) => text.indexOf(part)),
  ),
  row(
    [
      'lastIndexOf(text: text, part: text): number',
      'The place of the last occurrence, counted from 0; -1 if there is none.',
    ],
    ['lastIndexOf("a/b/c", "/")', 3],
    (run, args) => place(run, args, (text, part) => text.lastIndexOf(part)),
  ),
  row(
    [
      'charCodeAt(text: text, place: number): number',
      'The code of the character at a place, counted from 0; nothing beyond the end.',
    ],
    ['charCodeAt("coat", 0)', 99],
    (run, [text, at]) => {
      const index = asWhole(run, at) ?? -1;
      return change(run, text, (it) => (index >= 0 && index < it.length ? it.charCodeAt(index) : null));
    },
  ),
];
