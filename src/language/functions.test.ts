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

describe('texts of both languages of Journey Optimizer (journeys.md §2.4, §2.8)', () => {
  test.each<[string, unknown]>([
    ['camelCase("winter coat")', 'winterCoat'],
    ['camelCase("")', ''],
    ['camelCase("ÅNGSTRÖM test-case 2go")', 'ångströmTestCase2go'],
    ['charCodeAt("a", 1)', null],
    ['charCodeAt("a", -1)', null],
    ['doesNotContain("Coat", "COAT", false)', false],
    ['doesNotContain(null, "a")', true],
    ['doesNotStartWith("Coat", "co", false)', false],
    ['doesNotEndWith("Coat", "AT", false)', false],
    ['containIgnoreCase("Coat", null)', false],
    ['encode64("")', ''],
    ['decode64("not base64!")', 'not base64!'],
    ['decode64("_-__")', '_-__'],
    ['decode64("w6TDtg")', 'äö'],
    ['decode64("/////w==")', '/////w=='],
    ['decode64(encode64("a😀"))', 'a😀'],
    ['equals(1, "1")', false],
    ['notEqualTo(null, null)', false],
    ['equalsIgnoreCase(null, null)', true],
    ['equalsIgnoreCase("a", null)', false],
    ['notEqualWithIgnoreCase("A", "a")', false],
    ['equalsAnyIgnoreCase("x", "a", "b")', false],
    ['extractEmailDomain("Ada <ada@x.example>")', null],
    ['extractEmailDomain("ada@X.Example ")', 'x.example'],
    ['extractEmailDomain("no address")', null],
    ['getUrlHost("https://ada:pw@Shop.Example:8443/p?q=a@b")', 'shop.example'],
    ['getUrlHost("/p")', null],
    ['getUrlPath("https://shop.example")', ''],
    ['getUrlPath("https://shop.example/a%20b/?c#d")', '/a%20b/'],
    ['getUrlProtocol("MAILTO:a@b.example")', 'mailto'],
    ['getUrlProtocol("/p:q")', null],
    ['getUrlFragment("https://shop.example/#a?b#c")', 'a?b#c'],
    ['getUrlFragment("https://shop.example/")', null],
    ['lastIndexOf("abcabc", "bc")', 4],
    ['lastIndexOf("abc", "x")', -1],
    ['indexOf("abc", null)', -1],
    ['leftTrim(null)', null],
    ['like("dress es", "%es_")', false],
    ['like("dress est", "%es_")', true],
    ['like("", "%")', true],
    ['like("", "_")', false],
    ['like("abc", "a%c")', true],
    ['like("abcabd", "%ab_")', true],
    ['like("a😀c", "a_c")', true],
    ['like("100%", "100\\\\%")', true],
    ['like("1000", "100\\\\%")', false],
    ['like("a.c", "a.c")', true],
    ['like("abc", "a.c")', false],
    ['like(null, "%")', false],
    ['mask("1234", 0, 4)', '1234'],
    ['mask("1234", 3, 3)', '1234'],
    ['mask("a😀bc", 1, 1)', 'aXXc'],
    ['mask("", 1, 1)', ''],
    ['matches("abc", "b")', false],
    ['matches("abc", ".b.")', true],
    ['matches("ABC", "(?i)abc")', true],
    ['matches("größe", "\\\\p{L}+")', true],
    ['matches("a\\nb", "a.b")', false],
    ['matches("a\\nb", "(?s)a.b")', true],
    ['matches(null, ".*")', false],
    ['md5("")', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['sha256("größe")', 'd353a2671b67afff0941ae456e5c76e9394bd6579774ae7542a6185fb9843384'],
    ['regexGroup("a=1;b=2", "(\\\\w)=(\\\\d)", 2)', '1'],
    ['regexGroup("a=1", "(?<key>\\\\w)=(?P<value>\\\\d)", "value")', '1'],
    ['regexGroup("a=1", "\\\\w", 0)', 'a'],
    ['regexGroup("a=1", "\\\\w")', 'a'],
    ['regexGroup("a=1", "(\\\\w)", 7)', ''],
    ['regexGroup("a=1", "z")', null],
    ['replaceAll("aXbX", "X", "$")', 'a$b$'],
    ['replaceAll("2026-11-23", "(\\\\d+)-(\\\\d+)-(\\\\d+)", "$3.$2.$1")', '23.11.2026'],
    ['replaceAll("ab", "(?<x>a)", "<${x}>")', '<a>b'],
    ['replaceAll("ab", "b", "\\\\$1")', 'a$1'],
    ['replaceAll("abc", "", "-")', '-a-b-c-'],
    ['replaceAll("abc", "^a", "x")', 'xbc'],
    ['replaceAll("aaa", "^a", "x")', 'xaa'],
    ['replaceAll("abc", "z", "-")', 'abc'],
    ['replaceAll(null, "a", "b")', null],
    ['serializeList([1, "a,b", null])', '1,a,b,'],
    ['serializeList(["a\\"b"], ", ", true)', '"a""b"'],
    ['urlDecode("%zz")', '%zz'],
    ['urlDecode(urlEncode("a+b c/ä"))', 'a+b c/ä'],
    ['compareTo("b", "a")', 1],
    ['compareTo("a", "a")', 0],
    ['compareTo("a", null)', null],
    ['titleCase("")', ''],
  ])('%s is %j', (source, expected) => expect(value(source)).toEqual(expected));

  test.each([
    ['matches("a", "(")', 'RENDER_TYPE "(" is not a pattern: '],
    ['matches("a", "(a)\\\\1")', 'RENDER_TYPE "(a)\\1" is not a pattern: '],
    ['matches("a", "(?=a)a")', 'RENDER_TYPE "(?=a)a" is not a pattern: '],
    [`matches("a", "${'a{999}'.repeat(3)}")`, 'RENDER_TYPE the pattern "a{999}a{999}a{999}" is too large'],
    [`matches("a", "((a{30}){30}){2}")`, 'RENDER_TYPE the pattern "((a{30}){30}){2}" is too large'],
    [`matches("a", "${'ab'.repeat(251)}")`, 'is too large'],
    ['mask("abc", -1, 0)', 'RENDER_TYPE -1 was given where a whole number from 0 was expected'],
  ])('%s is refused', (source, expected) => expect(refusal(source)).toContain(expected));
});

describe('lists, maps and numbers of both languages of Journey Optimizer', () => {
  test.each<[string, unknown]>([
    ['count([1, null, 2, null])', 2],
    ['size([1, null, 2, null])', 4],
    ['countOnlyNull([1, null, 2, null])', 2],
    ['countOnlyNull(null)', 0],
    ['distinct([[1], [1], [2]])', [[1], [2]]],
    ['distinct([1, "1", true])', [1, '1', true]],
    ['distinctWithNull([null, 1, null])', [null, 1]],
    ['distinctCountWithNull(null)', 0],
    ['intersect([3, 1, 3, [2]], [[2], 3])', [3, [2]]],
    ['intersect(null, [1])', null],
    ['intersects([1], null)', false],
    ['subsetOf([], [1])', true],
    ['subsetOf([1, 2], [1])', false],
    ['subsetOf(null, [1])', false],
    ['supersetOf([1, 2, null], [null])', true],
    ['includes([1, 2], 2)', true],
    ['last([])', null],
    ['limit([1, 2, 3], 2, false)', [2, 3]],
    ['limit([1], 5, false)', [1]],
    ['getListItem(["a", "b"], 1)', 'b'],
    ['getListItem(["a"], -1)', null],
    ['sort([3, 1, null, 2])', [1, 2, 3, null]],
    ['sort(["b", "a"], false)', ['b', 'a']],
    ['sort(items, p, false)[0].p', 10],
    ['sort(items, "p")[1].second', true],
    ['filter(items, p, 2)', [{ p: 2 }, { p: 2, second: true }]],
    ['filter(items, p, [10, null])', [{ p: null }, { p: 10 }, {}]],
    ['filter(null, p, 1)', null],
    ['keys(m)', ['n']],
    ['values(m)', [null]],
    ['keys([1])', null],
    ['sum([0.1, 0.2])', 0.3],
    ['average([0.1, 0.2])', 0.15],
    ['toHexString(-255)', '-ff'],
    ['toHexString(null)', null],
    ['toPrecision(0.00123456, 2)', 0.0012],
    ['toPrecision(0, 2)', 0],
    ['toPrecision(-98765, 2)', -99000],
    ['toPercentage(0.5)', '50%'],
    ['toPercentage(0.1255, 2, "de_DE")', '12,55\u00a0%'],
    ['toPercentage(null)', null],
    ['toBool("TRUE")', true],
    ['toBool("no")', false],
    ['toBool(0)', false],
    ['toBool("maybe")', null],
    ['toBool(null)', null],
    ['stringToNumber("12 coats")', null],
    ['inAudience("x")', false],
    ['inAudience(null)', false],
  ])('%s is %j', (source, expected) => expect(value(source)).toEqual(expected));

  test('inAudience reads the keys of the profile, says that it does, and is two-valued', () => {
    const expression = compileExpression('inAudience("winter") and not inAudience("summer")');
    expect(expression.paths).toEqual(['profile.audiences']);
    expect(expression.evaluate({ profile: { audiences: ['winter'] } }, { now })).toBe(true);
    for (const audiences of [['summer', 'winter'], [], null, 'winter', { winter: true }]) {
      expect(expression.evaluate({ profile: { audiences } }, { now })).toBe(false);
    }
  });

  test('chance comes from outside, and is refused where there is none', () => {
    expect(value('random()', { random: () => 0.25 })).toBe(0.25);
    expect(value('uuid()', { random: () => 0.999 })).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    expect(value('uuid()', { random: () => 0 })).toBe('00000000-0000-4000-8000-000000000000');
    expect(refusal('random()')).toContain('RENDER_TYPE random() was called where no chance is to be had');
    expect(refusal('uuid()')).toContain('RENDER_TYPE uuid() was called');
  });

  test('sort takes the name of a field or the direction, and no other value in that place', () => {
    expect(refusal('sort(items, 3)')).toContain('LANGUAGE_ARGUMENTS');
    expect(refusal('sum(items, true)')).toContain('LANGUAGE_ARGUMENTS');
  });
});
