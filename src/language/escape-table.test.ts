import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { escapings } from './escape.ts';
import type { Escaping, EscapingName } from './escape.ts';
import { compileTemplate } from './index.ts';
import type { EscapeMode } from './index.ts';

/** Every character below 0x250, the separators, the overrides, and some from beyond. */
const characters = [
  ...Array.from({ length: 0x250 }, (_, code) => String.fromCharCode(code)),
  '\u200b',
  '\u2028',
  '\u2029',
  '\u202a',
  '\u202e',
  '\u2066',
  '\u2069',
  '\ufeff',
  '€',
  '漢',
  '😀',
  '\ud800',
  '\udc00',
];
const isControl = (char: string) => /\p{Cc}/u.test(char);
const isLayout = (char: string) => ['\t', '\n', '\r'].includes(char);
/** Half pairs of surrogates have no UTF-8: the sign for what cannot be shown stands in their place. */
const whole = (char: string) => (/\p{Cs}/u.test(char) ? '\ufffd' : char);
const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const percent = (char: string) =>
  [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

const asText = (char: string) => (isControl(char) && !isLayout(char) ? '' : whole(char));
const asHtml = (char: string) => references[char] ?? asText(char);
const asQuery = (char: string) => (/[A-Za-z0-9\-._~]/.test(char) ? char : percent(char));
const asCss = (char: string) => (/[A-Za-z0-9 #.,%_-]/.test(char) ? char : `\\${char.codePointAt(0)!.toString(16)} `);
const asHeader = (char: string) => (/[\u202a-\u202e\u2066-\u2069]/.test(char) ? '' : whole(char));
const refusedInHeader = (char: string) => isControl(char) || /[\u2028\u2029]/.test(char);
const asJson = (char: string) =>
  /[<>&\u2028\u2029]/.test(char)
    ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
    : JSON.stringify(char).slice(1, -1);
function asAddress(char: string): string {
  if (char === '%') return '%25';
  if (char === '&') return '&amp;';
  if (/[A-Za-z0-9\-._~:/?#[\]@!$*+,;=]/.test(char)) return char;
  return isControl(char) ? '' : percent(char);
}

/** A place of a template, and what must come out there for each character. */
type Where = [mode: EscapeMode, before: string, after: string, as: (char: string) => string, first?: string];
const places: Record<string, Where> = {
  'between tags': ['html', '<p>{{x}}</p>', '<p>…</p>', asHtml],
  'in a quoted attribute': ['html', '<p title="{{x}}">', '<p title="…">', asHtml],
  'in single quotes, with three braces': ['html', "<p title='{{{x}}}'>", "<p title='…'>", asHtml],
  'in a title': ['html', '<title>{{x}}</title>', '<title>…</title>', asHtml],
  'in an address': ['html', '<a href="/{{x}}">', '<a href="/…">', asAddress],
  'in the path of a picture': ['html', "<img src='https://h/{{{x}}}'>", "<img src='https://h/…'>", asAddress],
  'in a query': ['html', '<a href="/p?q={{x}}">', '<a href="/p?q=…">', asQuery],
  'in a fragment': ['html', '<a href="/p#{{x}}">', '<a href="/p#…">', asQuery],
  'in a query, with three braces': ['html', '<a href="/p?{{{x}}}">', '<a href="/p?…">', asAddress],
  'in a style': ['html', '<p style="color: {{x}}">', '<p style="color: …">', asCss],
  // The slot is judged by itself there: a path begins with a stroke.
  'in the address of a style': ['html', '<p style="a: url({{x}})">', '<p style="a: url(/…)">', asAddress, '/'],
  'in a header': ['header', 'Hi {{x}}', 'Hi …', asHeader],
  'in a plain text': ['text', '{{x}}', '…', asText],
  'in a plain text, with three braces': ['text', '{{{x}}}', '…', asText],
  'in a text of JSON': ['json', '{"v": "{{x}}"}', '{"v": "…"}', asJson],
  'in a text of JSON, with three braces': ['json', '{"v": "{{{x}}}"}', '{"v": "…"}', asJson],
  'as a value of JSON': ['json', '{"v": {{x}}}', '{"v": "…"}', asJson],
};

/** Characters in groups: short texts are read unit by unit, long ones are searched first. */
function groups(mode: EscapeMode): string[][] {
  const fitting = characters.filter((char) => mode !== 'header' || !refusedInHeader(char));
  const short = Array.from({ length: Math.ceil(fitting.length / 12) }, (_, i) => fitting.slice(i * 12, i * 12 + 12));
  return [fitting, ...short];
}

const templates = Object.entries(places).map(([name, [mode, source, shape, as, first = '']]) => {
  const template = compileTemplate(source, { mode });
  const [head, tail] = shape.split('…') as [string, string];
  const texts = groups(mode).map((group) => ({
    given: group.map((char) => `a${char}bz`).join(''),
    expected: `${head}${group.map((char) => `a${as(char)}bz`).join('')}${tail}`,
  }));
  return { name, mode, texts, render: (x: string) => template.render({ x: first + x }, { now: 0 }) };
});
type Place = (typeof templates)[number];

/** What comes out wrong at a place, or null. */
function faultAt({ name, render }: Place, texts: Place['texts']): string | null {
  for (const { given, expected } of texts) {
    const found = outcome(() => render(given));
    if (found !== expected) return `${name}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`;
  }
  return null;
}

/** The first fault anywhere; the long texts come first, because they have every character. */
function fault(): string | null {
  for (const part of [[0, 1], [1]]) {
    for (const place of templates) {
      const found = faultAt(place, place.texts.slice(...part));
      if (found !== null) return found;
    }
  }
  return null;
}

function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof BeckonError) return error.code;
    throw error;
  }
}

describe('each character in each place, in short texts and in long ones', () => {
  test.each(templates)('$name', (place) => {
    expect(faultAt(place, place.texts)).toBeNull();
  });

  test('in a header control characters are refused (trust M10, rows 1, 2, 5)', () => {
    const header = templates.find(({ mode }) => mode === 'header')!;
    for (const char of characters) {
      for (const text of [`a${char}b`, `${'a'.repeat(100)}${char}`]) {
        const refused = outcome(() => header.render(text)) === 'RENDER_HEADER';
        expect([char, refused]).toEqual([char, refusedInHeader(char)]);
      }
    }
  });

  test('JSON gives the text back', () => {
    for (const { name, render } of templates.filter(({ mode }) => mode === 'json')) {
      const text = characters.join('');
      expect([name, JSON.parse(render(text))]).toEqual([name, { v: text }]);
    }
  });
});

/** Codes that a row can meet: a header refuses control characters before, finished JSON has none. */
const reached: Partial<Record<EscapingName, (code: number) => boolean>> = {
  header: (code) => code >= 32 && code !== 127,
  jsonValue: (code) => code >= 32,
};

interface Mutation {
  name: string;
  row: EscapingName;
  change: Partial<Escaping>;
}

/** Every entry kept when it should change, changed to something else, or dropped when it should stay. */
function entryMutations(row: EscapingName): Mutation[] {
  const { ascii } = escapings[row];
  return ascii.flatMap((entry, code) => {
    if (reached[row]?.(code) === false) return [];
    const others = entry === null ? [Buffer.from(''), Buffer.from('!!')] : [null, Buffer.from('!!')];
    return others.map((other) => ({
      name: `${row}: ${JSON.stringify(String.fromCharCode(code))} as ${other === null ? 'itself' : `"${other.toString()}"`}`,
      row,
      change: { ascii: ascii.with(code, other) },
    }));
  });
}

const rows = Object.keys(escapings) as EscapingName[];
const mutations: Mutation[] = rows.flatMap((row) => [
  ...entryMutations(row),
  { name: `${row}: nothing beyond ASCII changes`, row, change: { beyond: () => null } },
  { name: `${row}: everything beyond ASCII goes`, row, change: { beyond: () => '' } },
  { name: `${row}: long texts are never searched`, row, change: { special: /(?!)/ } },
  ...rows
    .filter((other) => other !== row)
    .map((other) => ({ name: `${row} written as ${other}`, row, change: escapings[other] })),
]);

test(`each of ${mutations.length} mutations of the escaping table is noticed`, () => {
  expect(fault()).toBeNull();
  const unnoticed = mutations.filter(({ row, change }) => {
    const kept = { ...escapings[row] };
    Object.assign(escapings[row], change);
    const found = fault();
    Object.assign(escapings[row], kept);
    return found === null;
  });
  expect(unnoticed.map(({ name }) => name)).toEqual([]);
  expect(fault()).toBeNull();
});
