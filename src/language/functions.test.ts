import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { compileExpression } from './index.ts';
import type { RenderOptions } from './index.ts';

const now = Date.UTC(2026, 10, 23, 10);

function value(source: string, options: Partial<RenderOptions> = {}): unknown {
  const scope = { items: [{ p: 2 }, { p: null }, { p: 10 }, {}, { p: 2, second: true }], m: { n: null } };
  return compileExpression(source).evaluate(scope, { now, ...options });
}

function refusal(source: string): string {
  try {
    return String(value(source));
  } catch (error) {
    if (error instanceof BeckonError) return `${error.code} ${error.message.replace(/^At .*?column \d+: /, '')}`;
    throw error;
  }
}

describe('money', () => {
  test.each([
    ['formatCurrency(129, "EUR", "de_DE")', '129,00 €'],
    ['formatCurrency(129, "EUR", "de-DE")', '129,00 €'],
    ['formatCurrency(129, "de_DE")', '129,00 €'],
    ['formatCurrency(129, "en_GB")', '£129.00'],
    ['formatCurrency(129, "sv_SE")', '129,00 kr'],
    ['formatCurrency(1290.5, "JPY", "en")', '¥1,291'],
    ['formatCurrency(-5, "USD")', '-$5.00'],
    ['formatCurrency(null, "EUR")', null],
    ['formatCurrency(1, null)', null],
  ])('%s is %s', (source, expected) => {
    const result = value(source);
    expect(typeof result === 'string' ? result.replaceAll(/\s/g, ' ') : result).toBe(expected);
  });

  test('the language of the run is used when none is given', () => {
    expect(String(value('formatCurrency(1, "EUR")', { locale: 'de_DE' })).replaceAll(/\s/g, ' ')).toBe('1,00 €');
  });

  test.each([
    [
      'formatCurrency(1, "de")',
      'RENDER_TYPE "de" is neither a currency, as "EUR", nor a language with a country, as "de_DE"',
    ],
    [
      'formatCurrency(1, "EUR", "no language")',
      'RENDER_TYPE "no language" was given where a language, as "de_DE", was expected',
    ],
    ['formatCurrency("1", "EUR")', 'RENDER_TYPE "1" was given where a number was expected'],
  ])('%s is refused', (source, expected) => expect(refusal(source)).toBe(expected));
});

describe('moments', () => {
  const late = '"2026-11-23T23:30:00Z"';
  test.each<[string, Partial<RenderOptions>, string]>([
    [`formatDate(${late})`, {}, '2026-11-23'],
    [`formatDate(${late}, "dd.MM.yy HH:mm:ss")`, {}, '23.11.26 23:30:00'],
    [`formatDate(${late}, "d/M/y h:mm a")`, { timeZone: 'Europe/Stockholm' }, '24/11/2026 12:30 AM'],
    [`formatDate(${late}, "EEE d MMM", "de_DE")`, {}, 'Mo 23 Nov.'],
    [`formatDate(${late}, "EEEE d MMMM", "fr_FR")`, {}, 'lundi 23 novembre'],
    [`formatDate("2026-05-01", "d MMMM", "ru")`, {}, '1 мая'],
    [`formatDate("2026-05-01", "LLLL", "ru")`, {}, 'май'],
    [`formatDate("2026-03-29T01:30:00Z", "HH:mm")`, { timeZone: 'Europe/Berlin' }, '03:30'],
    [`formatDate("2026-03-29T00:30:00Z", "HH:mm")`, { timeZone: 'Europe/Berlin' }, '01:30'],
    [`formatDate("2026-11-23T10:00:00+02:00", "HH")`, {}, '08'],
    [`formatDate("2026-11-23T10:00:00", "HH")`, {}, '10'],
    [`formatDate(0, "yyyy 'o''clock' ''")`, {}, "1970 o'clock '"],
    [`formatDate(0, "b")`, {}, '1970-01-01T00:00:00.000Z'],
    [`formatDate(0, "MMMMM")`, {}, '1970-01-01T00:00:00.000Z'],
    [`formatDate(0, "yyyy 'open")`, {}, '1970-01-01T00:00:00.000Z'],
  ])('%s in %j is %s', (source, options, expected) => expect(value(source, options)).toBe(expected));

  test('what is no moment is nothing, and a wrong kind is refused', () => {
    expect(value('daysSince("yesterday") < 3')).toBe(false);
    expect(value('formatDate("2026-13-45")')).toBeNull();
    expect(refusal('daysSince([1])')).toContain('RENDER_TYPE a list of 1 was given where a moment');
    expect(refusal('formatDate(0, "d")')).toBe('1');
  });

  test('an unknown zone is refused in words', () => {
    expect(() => value('formatDate(0)', { timeZone: 'Nowhere/City' })).toThrow(
      '"Nowhere/City" is not a time zone; write it as "Europe/Stockholm"',
    );
  });

  test('differences', () => {
    expect(value('daysSince("2026-11-16T10:00:00Z")')).toBe(7);
    expect(value(`hoursSince(${now - 90 * 60_000})`)).toBe(1.5);
    expect(value('dateDiff("2026-11-23T10:00:00Z", "2026-11-22T11:00:00Z")')).toBe(0);
    expect(value('dateDiff("2026-11-23", "2026-11-20")')).toBe(-3);
  });
});

describe('lists', () => {
  test.each<[string, unknown]>([
    ['topN(items, p, 2)', [{ p: 10 }, { p: 2 }]],
    ['bottomN(items, "p", 3)', [{ p: 2 }, { p: 2, second: true }, { p: 10 }]],
    ['count(topN(items, p, 99))', 5],
    ['sum(items, p)', 14],
    ['average(items, p)', 14 / 3],
    ['average([])', null],
    ['sum(null)', 0],
    ['max([])', null],
    ['min([3, 1], 2)', 1],
    ['limit(null, 2)', null],
    ['limit([1], 5)', [1]],
    ['chunk([], 2)', []],
    ['head([])', null],
    ['count(m)', 1],
    ['count(null)', 0],
    ['length("a😀")', 2],
    ['contains([1, "a"], "a")', true],
    ['contains(null, "a")', false],
    ['in(1, null)', false],
    ['notIn(1, null)', true],
    ['join([1, null, true])', '1, , true'],
    ['get(items, 9)', null],
  ])('%s is %j', (source, expected) => expect(value(source)).toEqual(expected));

  test.each([
    ['limit([1], -1)', 'RENDER_TYPE -1 was given where a whole number from 0 was expected'],
    ['limit([1], 1.5)', 'RENDER_TYPE 1.5 was given where a whole number from 0 was expected'],
    ['chunk([1], 0)', 'RENDER_TYPE 0 was given where a whole number from 1 was expected'],
    ['limit("abc", 1)', 'RENDER_TYPE "abc" was given where a list was expected'],
    ['sum(["1"])', 'RENDER_TYPE "1" was given where a number was expected'],
    ['join([[1]])', 'RENDER_TYPE a list of 1 cannot be printed; use {{#each}} or join'],
    ['1 in "abc"', 'RENDER_TYPE "abc" was given where in needs a list'],
    ['"a" - 1', 'RENDER_TYPE "a" was given where - needs a number'],
    ['[1] + 1', 'RENDER_TYPE a list of 1 was given where + needs a number'],
  ])('%s is refused', (source, expected) => expect(refusal(source)).toBe(expected));
});

describe('texts and numbers', () => {
  test.each<[string, unknown]>([
    ['concat("a", null)', null],
    ['concat("a", 1, true)', 'a1true'],
    ['replace("aaa", "", "b")', 'aaa'],
    ['replace("a.b", ".", "$&")', 'a$&b'],
    ['substr("coat", 2)', 'at'],
    ['indexOf("coat", "x")', -1],
    ['titleCase("åsa-lena mcDonald")', 'Åsa-Lena McDonald'],
    ['startsWith("Coat", "co", false)', true],
    ['startsWith("Coat", "co")', false],
    ['toInt("12.9")', 12],
    ['toInt(-1.5)', -1],
    ['toInt("1e3")', 1000],
    ['toInt("12 coats")', null],
    ['toInt("0x10")', null],
    ['toNumber(true)', 1],
    ['round(1.005, 2)', 1.01],
    ['round(-1.5)', -2],
    ['round(1e21)', 1e21],
    ['round(12345678901.5, 15)', 12345678901.5],
    ['round(0.0000001, 2)', 0],
    ['1e308 * 10', null],
    ['coalesce(null, m.n, 0)', 0],
    ['appendQueryParams("/p", "a", "1")', '/p?a=1'],
    ['appendQueryParams("/p?a=1&b=2&a=3", "a", "é")', '/p?b=2&a=%C3%A9'],
    ['appendQueryParams("/p?#x", "a", "1")', '/p?a=1#x'],
    ['appendQueryParams("/p", "a", null)', '/p'],
    ['urlEncode("a/b+c&d\'(é)")', 'a%2Fb%2Bc%26d%27%28%C3%A9%29'],
  ])('%s is %j', (source, expected) => expect(value(source)).toEqual(expected));
});
