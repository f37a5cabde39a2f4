import { describe, expect, test } from 'vitest';
import { leastSpent } from '../../test/support/spent.ts';
import { BeckonError } from '../base/index.ts';
import { compileExpression, compileTemplate, historyOf } from './index.ts';
import type { EscapeMode, Scope } from './index.ts';

const now = Date.UTC(2026, 10, 23, 10);

/** The result, or the code of the BeckonError; anything else that is thrown fails the test. */
function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof BeckonError) return error.code;
    throw error;
  }
}

function render(source: string, scope: Scope, mode: EscapeMode = 'text'): unknown {
  return outcome(() => compileTemplate(source, { mode }).render(scope, { now }));
}

function evaluate(source: string, scope: Scope = {}): unknown {
  return outcome(() => compileExpression(source).evaluate(scope, { now }));
}

describe('trust row 93: templates that attack are inert or limited', () => {
  test.each([
    ['{{constructor.constructor("return process")()}}', 'LANGUAGE_SYNTAX'],
    ['{{constructor.constructor("return process")}}', 'LANGUAGE_FUNCTION_UNKNOWN'],
    ['{{constructor("return process")}}', 'LANGUAGE_FUNCTION_UNKNOWN'],
    ['{{toString.constructor}}', 'RENDER_VALUE_MISSING'],
    ['{{constructor}}', 'RENDER_VALUE_MISSING'],
    ['{{__proto__}}', 'RENDER_VALUE_MISSING'],
    ['{{a.__proto__.polluted}}', 'RENDER_VALUE_MISSING'],
    ['{{a["__proto__"]}}', 'RENDER_VALUE_MISSING'],
    ['{{a[concat("__pro", "to__")]}}', 'RENDER_VALUE_MISSING'],
    ['{{get(a, "constructor")}}', 'RENDER_VALUE_MISSING'],
    ['{{get(a, "__proto__")}}', 'RENDER_VALUE_MISSING'],
    ['{{a.hasOwnProperty}}', 'RENDER_VALUE_MISSING'],
    ['{{text.length}}', 'RENDER_VALUE_MISSING'],
    ['{{list.map}}', 'RENDER_VALUE_MISSING'],
    ['{{topN(list, constructor, 1)[0].name}}', 'RENDER_VALUE_MISSING'],
    ['{{a.method}}', 'RENDER_VALUE_MISSING'],
    ['{{__defineGetter__("a")}}', 'LANGUAGE_FUNCTION_UNKNOWN'],
    ['{{hasOwnProperty("a")}}', 'LANGUAGE_FUNCTION_UNKNOWN'],
    ['{{fragment id="constructor"}}', 'LANGUAGE_FRAGMENT'],
    ['{{fragment id="__proto__"}}', 'LANGUAGE_FRAGMENT'],
  ])('%s', (source, code) => {
    const scope = { a: { b: 1, method: () => 1 }, list: [{ price: 1 }], text: 'abc' };
    expect(render(source, scope)).toBe(code);
  });

  test('what data inherits is not seen, be it harmless', () => {
    const a = Object.create({ inherited: 'x' }) as object;
    expect(render('{{a.inherited}}', { a })).toBe('RENDER_VALUE_MISSING');
    expect(render('{{inherited}}', Object.create({ inherited: 'x' }) as Scope)).toBe('RENDER_VALUE_MISSING');
    expect(evaluate('get(a, "inherited")', { a })).toBeNull();
    expect(evaluate('sum([a], inherited)', { a })).toBe(0);
  });

  test('an own property of such a name is data, but __proto__ is never followed', () => {
    const scope = JSON.parse('{"a": {"constructor": "brand", "__proto__": {"b": 1}}}') as Scope;
    expect(render('{{a.constructor}}', scope)).toBe('brand');
    expect(render('{{a.__proto__.b}}', scope)).toBe('RENDER_VALUE_MISSING');
  });

  const list = Array.from({ length: 1000 }, (_, i) => ({ name: 'n', price: i }));
  const scope = { list, text: 'x'.repeat(100_000), deep: nested(5000) };
  const each = (body: string, depth: number) => '{{#each list}}'.repeat(depth) + body + '{{/each}}'.repeat(depth);
  test.each([
    ['a loop of 10⁹ turns', each('', 3).replaceAll('#each list', '#each list as |x|')],
    ['a loop of 10⁹ turns that prints', each('{{list[0].name}}', 3).replaceAll('#each list', '#each list as |x|')],
    ['50 MB of output', '{{#each list as |x|}}{{text}}{{/each}}'],
    ['a text that doubles', `{% let t = "x" %}${'{% let t = concat(t, t) %}'.repeat(60)}{{t}}`],
    ['a sum of texts that doubles', `{% let t = "x" %}${'{% let t = t + t %}'.repeat(60)}{{t}}`],
    ['a doubling that is never printed', '{% let t = "x" %}{{#each list as |x|}}{% let t = concat(t, t) %}{{/each}}'],
    [
      'lists that double',
      `{% let a = [1] %}{% let b = [1] %}${'{% let a = [a, a] %}{% let b = [b, b] %}'.repeat(30)}{{a = b}}`,
    ],
    ['long texts changed often', '{{#each list as |x|}}{{length(upperCase(text))}}{{/each}}'],
    ['long texts compared often', each('{%#if text = concat(text)%}{%/if%}', 1)],
    ['lists sorted often', each('{{count(topN(list, price, 1))}}', 1)],
    ['replacing that explodes', '{{length(replace(text, "x", text))}}'],
    ['joining that explodes', '{% let l = [text, text, text, text, text] %}{{length(join(l))}}'],
    ['splitting often', each('{{count(split(text, "x"))}}', 1)],
    ['many languages', each('{{formatNumber(1, concat("en-x-", @index, "abc"))}}', 1)],
    ['many patterns', each('{{formatDate(now(), text)}}', 1)],
    ['32 blocks and one', '{%#if true%}'.repeat(33) + '{%/if%}'.repeat(33)],
    [
      'lists compared in depth',
      `{% let a = [1] %}{% let b = [1] %}{{#each list as |x|}}{% let a = [a] %}{% let b = [b] %}{{/each}}{{a = b}}`,
    ],
    ['unused data that is deep', '{{deep = [deep]}}{{text}}{{text}}{{text}}{{text}}{{text}}'],
  ])('%s ends with a limit in less than 500 ms', (_, source) => {
    const template = compileTemplate(source, { mode: 'text' });
    const { value, ms } = leastSpent(500, () => outcome(() => template.render(scope, { now })));
    expect(value).toBe('RENDER_LIMIT');
    expect(ms).toBeLessThan(500);
  });

  test.each(['happened("order", where: item.id = "none")', 'sum("order", of: item.price)'])(
    'a history with more items than steps ends with a limit: %s',
    (source) => {
      const items = Array.from({ length: 300_000 }, () => ({ id: 'a', price: 1 }));
      const history = historyOf([{ id: '1', types: ['order'], at: now - 1, items }]);
      expect(outcome(() => compileExpression(source).evaluate({}, { now, history }))).toBe('RENDER_LIMIT');
    },
  );

  test('deep data in JSON ends with a limit', () => {
    expect(render('{"a": {{deep}}}', scope, 'json')).toBe('RENDER_LIMIT');
    const wide = `{% let l = [1] %}${'{% let l = [l, l, l, l] %}'.repeat(20)}{"a": {{l}}}`;
    expect(render(wide, scope, 'json')).toBe('RENDER_LIMIT');
  });

  test('fragments that include themselves are refused, and many levels are limited', () => {
    const fragments: Record<string, { parameters: string[]; source: string }> = {
      a: { parameters: [], source: '{{fragment id="b"}}' },
      b: { parameters: [], source: '{{fragment id="a"}}' },
    };
    expect(outcome(() => compileTemplate('{{fragment id="a"}}', { mode: 'html', fragments }))).toBe(
      'LANGUAGE_FRAGMENT',
    );
    for (let i = 0; i < 40; i++) {
      fragments[`f${i}`] = { parameters: [], source: `{{fragment id="f${i + 1}"}}`.repeat(2) };
    }
    fragments['f40'] = { parameters: [], source: 'x' };
    for (const id of ['f0', 'f15']) {
      const source = `{{fragment id="${id}"}}`;
      expect(outcome(() => compileTemplate(source, { mode: 'html', fragments }).render({}, { now }))).toBe(
        'RENDER_LIMIT',
      );
    }
  });

  test('sources nested too deep or too long are refused', () => {
    for (const source of [
      '('.repeat(100_000),
      '['.repeat(100_000),
      '-'.repeat(100_000) + '1',
      '!'.repeat(100_000) + '1',
      'not '.repeat(100_000) + '1',
      `1${' + 1'.repeat(100_000)}`,
      `a${'.b'.repeat(100_000)}`,
      `a${'.count()'.repeat(100_000)}`,
      'count('.repeat(100_000),
      'a['.repeat(100_000),
    ]) {
      expect(evaluate(source)).toBe('LANGUAGE_SYNTAX');
    }
    expect(render('{{#if a}}'.repeat(100_000), {})).toBe('LANGUAGE_SYNTAX');
    expect(render('x'.repeat(1_000_001), {})).toBe('LANGUAGE_SYNTAX');
    expect(evaluate(`true${' and true'.repeat(10_000)}`)).toBe(true);
  });
});

function nested(depth: number): unknown {
  let value: unknown = [1];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

test('trust row 94: data is never read as a template', () => {
  const names = ['{{7*7}}', '{%= 7 * 7 %}', '{{{7*7}}}', '{% let x = 1 %}', '{{#each a}}', '{{fragment id="a"}}'];
  for (const x of names) {
    expect(render('{{x}}', { x })).toBe(x);
    expect(render('{{x}}{{{x}}}', { x })).toBe(x + x);
    expect(render('{{concat(x, x)}}', { x })).toBe(x + x);
    expect(render('{{x}}', { x: '{{7*7}}' }, 'html')).toBe('{{7*7}}');
  }
});

describe('trust row 104: patterns of users take time in proportion to the text', () => {
  const long = `${'a'.repeat(30_000)}!`;
  const patterns = ['(a+)+$', '(a|a)*$', '(a|aa)+$', '(.*a){20}$', '([a-zA-Z]+)*$', '(a?){30}a{30}$', '(x+x+)+y'];
  test.each(patterns)('%s', (pattern) => {
    const scope = { long, pattern };
    for (const source of ['matches(long, pattern)', 'regexGroup(long, pattern, 0)', 'replaceAll(long, pattern, "")']) {
      const { value, ms } = leastSpent(500, () => evaluate(source, scope));
      // A limit is a good end too.
      expect([source, ['boolean', 'string', 'object'].includes(typeof value)]).toEqual([source, true]);
      expect(ms).toBeLessThan(500);
    }
  });

  test('what cannot be searched in such time is refused', () => {
    expect(evaluate('matches("aa", "(a)\\\\1")')).toBe('RENDER_TYPE');
    expect(evaluate('matches("aa", "a(?=a)a")')).toBe('RENDER_TYPE');
  });
});
