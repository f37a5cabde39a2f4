import { describe, expect, test } from 'vitest';
import { leastSpent } from '../../test/support/spent.ts';
import { BeckonError } from '../base/index.ts';
import { arity } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { functionGroups } from './functions.ts';
import { compileTemplate } from './index.ts';

const functions = functionGroups.flatMap((group) => group.functions);
const now = Date.UTC(2026, 10, 23, 10);

/** Data as an attacker would send it: long, many, nearly equal. */
const scope = {
  turns: Array.from({ length: 1000 }, (_, i) => i),
  text: 'x'.repeat(100_000),
  other: `${'x'.repeat(99_999)}y`,
  words: 'Ab cd-'.repeat(15_000),
  marks: '%_'.repeat(200),
  digits: '1'.repeat(100_000),
  list: Array.from({ length: 5000 }, (_, i) => ({ price: i % 7, name: `n${i}` })),
  numbers: Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_011),
  lists: Array.from({ length: 3000 }, (_, i) => [1, 2, i]),
  same: Array.from({ length: 200 }, (_, i) => `${'x'.repeat(10_000)}${i}`),
  map: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])),
  moment: '2026-03-29T01:30:00Z',
};

/** Milliseconds of the processor, and how it ended. */
function run(source: string): { ms: number; ended: string } {
  const template = compileTemplate(source, { mode: 'text' });
  const { ms, value } = leastSpent(500, () => endOf(template));
  return { ms, ended: value };
}

function endOf(template: ReturnType<typeof compileTemplate>): string {
  try {
    template.render(scope, { now, timeZone: 'Europe/Berlin', random: () => 0.5 });
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    return error.code;
  }
  return 'done';
}

function often(call: string): string {
  return `{{#each turns as |i|}}{% let value = ${call} %}{{/each}}`;
}

/** What to give a parameter, by its type, in several ways. */
const given: Record<string, string[]> = {
  text: ['text', 'words', 'concat(i, text)'],
  list: ['list', 'numbers', 'lists', 'same'],
  'list<T>': ['list', 'numbers', 'lists', 'same'],
  map: ['map', 'map', 'map', 'map'],
  number: ['3', '3', 'i', '12.5'],
  moment: ['moment', 'now() - i * 86400000', '"2026-07-01"', 'i'],
  field: ['price', 'name', 'price', 'price'],
  truth: ['true', 'false', 'true', 'true'],
  any: ['text', 'list', 'i', '"2026-07-01"'],
};

function callOf({ name, parameters, types }: LanguageFunction, way: number): string {
  const count = Math.max(arity({ parameters } as LanguageFunction).least, parameters.length);
  const args = parameters.slice(0, count).map((_, i) => {
    const type = types![i]!.split(' or ')[0]!;
    const values = given[type] ?? given['any']!;
    return values[(way + (type === 'list' ? i : 0)) % values.length]!;
  });
  return `${name}(${args.join(', ')})`;
}

describe('every function, a thousand times on large data, ends within the time of one text', () => {
  test.each(functions.map((fn) => [fn.name, fn] as const))('%s', (_, fn) => {
    for (let way = 0; way < 4; way++) {
      const call = callOf(fn, way);
      const { ms, ended } = run(often(call));
      expect({ call, ended }).toEqual({
        call,
        ended: expect.stringMatching(/^(done|RENDER_LIMIT|RENDER_TYPE)$/) as string,
      });
      expect({ call, slow: ms >= 500 && Math.round(ms) }).toEqual({ call, slow: false });
    }
  });
});

describe('what is made to be slow ends with a limit', () => {
  test.each([
    ['a pattern that is slow elsewhere', 'matches(text, "(x+x+)+y")'],
    ['a pattern with groups', 'regexGroup(text, "(.*)(.{200})(.*)z", 1)'],
    ['a pattern that is large', 'matches(text, "(x?){300}x{300}")'],
    ['a pattern that doubles its states', 'matches(words, "(.*[AC].{12}c)*")'],
    ['a pattern that matches everywhere', 'replaceAll(text, "x", "xx")'],
    ['a pattern that searches to the end from each place', 'replaceAll(text, "x+y|x", "z")'],
    ['a pattern of classes', 'matches(words, "(?i)[\\\\p{L}\\\\s-]*é")'],
    ['many patterns', 'matches(words, concat("(a|", i, "){50}[^b]*"))'],
    ['replacing that explodes', 'replaceAll(text, "x", text)'],
    ['a form with many wild cards', 'like(text, concat("%x%x%x%x%x%x%x%x%", i, "y"))'],
    ['a form of wild cards only', 'like(text, marks)'],
    ['lists of lists as sets', 'intersect(lists, lists)'],
    ['long texts that are nearly the same', 'in(concat(same[0], ""), same)'],
    ['long texts in order', 'sort(same)'],
    ['texts that differ at the end', 'text = other or compareTo(text, other) = 0'],
    ['many zones', 'formatDate(moment, "HH:mm", "en", concat("Etc/GMT+", i % 12))'],
    ['many patterns of dates', 'formatDate(moment, concat("yyyy-MM-dd ", i, " EEEE MMMM zzzz"))'],
    ['reading dates by names', 'toDateTime("Wednesday 5 September", "EEEE d MMMM", "de_DE")'],
    ['long patterns of dates', 'formatDate(moment, text)'],
    ['many languages', 'toPercentage(0.5, i % 15, concat("en-x-a", i))'],
    ['addresses with many parameters', 'appendQueryParams(concat("/?", replace(words, "-", "&")), "a", i)'],
    ['numbers with many digits', 'sum(numbers) + toNumber(digits)'],
  ])('%s', (_, call) => {
    const { ms, ended } = run(often(call));
    expect(ended).toMatch(/^(RENDER_LIMIT|RENDER_TYPE|done)$/);
    expect(ms).toBeLessThan(500);
  });
});
