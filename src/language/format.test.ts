import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { formatExpression, formatTemplate, print } from './format.ts';
import { compileExpression, compileTemplate } from './index.ts';
import { parseExpression } from './parse.ts';
import type { Expr, Segment } from './tree.ts';

const now = Date.UTC(2026, 10, 23, 10);

describe('one form', () => {
  test.each([
    ['a==1&&b!=2||!c', 'a = 1 and b != 2 or not c'],
    ["'it''s'", null],
    ['\'a "b"\'', '"a \\"b\\""'],
    ['( (a) )', 'a'],
    ['(a+b)*c - (d - e)', '(a + b) * c - (d - e)'],
    ['(a and b) and (c or d)', 'a and b and (c or d)'],
    ['(a=b)=c', '(a = b) = c'],
    ['!(a=b)', 'not a = b'],
    ['(not a) = b', '(not a) = b'],
    ['a?:"x"', 'a ?: "x"'],
    ['- - 1', '--1'],
    ['x .count( ) > 1', 'count(x) > 1'],
    ['a["b"]["order-total"][ 0 ][i+1]', 'a.b.`order-total`[0][i + 1]'],
    ['a["`"]', 'a["`"]'],
    ['`in`.`or`', '`in`.or'],
    ['[1,2 ,3]', '[1, 2, 3]'],
    ['{a:1,"b c":{}}', '{"a": 1, "b c": {}}'],
    ['x  not  in 1 ..5', 'x not in 1..5'],
    ['a is  not null', 'a is not null'],
    ['@event{cart.lines}.all(currentEventField.n>1)', 'context.journey.events.cart.lines.all(currentEventField.n > 1)'],
    ['happened("a.b",where:item.price>1,within:"P3D")', 'happened("a.b", where: item.price > 1, within: "P3D")'],
    ['56L', '56'],
    ['1e21', '1e+21'],
  ])('%s', (source, expected) => {
    if (expected === null) expect(() => formatExpression(source)).toThrow(BeckonError);
    else expect(formatExpression(source)).toBe(expected);
  });

  test('a long condition is broken before its words', () => {
    const part = 'profile.orders.first(this.total > 100).lines.count() > 3';
    const formatted = formatExpression(`${part} && ${part}`);
    expect(formatted.split('\n')).toHaveLength(2);
    expect(formatted.split('\n')[1]).toMatch(/^and /);
    expect(formatExpression(formatted)).toBe(formatted);
  });

  test.each([
    ['{{ a.b }}{{{  c }}}{%=a?:"x"%}', '{{a.b}}{{{c}}}{%= a ?: "x" %}'],
    ['{%let  n=n+1%}', '{% let n = n + 1 %}'],
    ['{{# if a==1 }}x{{ else if  b }}y{{ else }}z{{/ if }}', '{{#if a = 1}}x{{else if b}}y{{else}}z{{/if}}'],
    ['{%#if a==1%}x{% else if  b%}y{%else %}z{% /if%}', '{%#if a = 1%}x{%else if b%}y{%else%}z{%/if%}'],
    ['{{#each  a  as  |x| }}{{ x }}{{/each}}', '{{#each a as |x|}}{{x}}{{/each}}'],
    ["{{fragment  id='card'  item = x  n=1+2 render=false}}", '{{fragment id="card" item=x n=1 + 2 render=false}}'],
    ['{{ {"a":1}.a }}{{ {"a":1} }}', '{{ {"a": 1}.a}}{{ {"a": 1} }}'],
    ['{{! kept }} text  stays {{!-- }} --}}', '{{! kept }} text  stays {{!-- }} --}}'],
    ['{{ !a }}', '{{not a}}'],
  ])('%s becomes %s', (source, expected) => {
    expect(formatTemplate(source)).toBe(expected);
    expect(formatTemplate(expected)).toBe(expected);
  });
});

const name = fc.constantFrom('a', 'b', 'profile', 'größe', 'order-total', 'in', 'true', 'odd name', '0', 'or', 'is');
const leaf: fc.Arbitrary<Expr> = fc.oneof(
  fc
    .oneof(
      fc.constantFrom('x', '', '"', '\\', 'é\n', "it's"),
      fc.integer({ min: 0, max: 99 }),
      fc.constantFrom(0.5, 1e21),
    )
    .map((value): Expr => ({ kind: 'value', at: 0, value })),
  fc.constantFrom(true, false, null).map((value): Expr => ({ kind: 'value', at: 0, value })),
  name.map((one): Expr => ({ kind: 'name', at: 0, name: one, segments: [] })),
);

const { tree } = fc.letrec<{ tree: Expr }>((tie) => {
  const one = tie('tree');
  const some = fc.array(one, { maxLength: 3 });
  const pair = fc.array(one, { minLength: 2, maxLength: 3 });
  const segment: fc.Arbitrary<Segment> = fc.oneof(
    fc.constantFrom('x', 'a b', 'order-total', '`', '', 'in', 'null'),
    one.filter((expr) => expr.kind !== 'value' || typeof expr.value !== 'string'),
  );
  const segments = fc.array(segment, { minLength: 1, maxLength: 2 });
  const entries = fc
    .uniqueArray(name, { maxLength: 2 })
    .chain((names) =>
      fc
        .tuple(...names.map(() => one))
        .map((values) => names.map((key, i) => ({ name: key, expr: values[i]!, at: 0 }))),
    );
  return {
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      some.map((items): Expr => ({ kind: 'list', at: 0, items })),
      entries.map((of): Expr => ({ kind: 'map', at: 0, entries: of })),
      fc.tuple(one, one).map(([from, to]): Expr => ({ kind: 'range', at: 0, from, to })),
      fc.tuple(name, segments).map(([root, steps]): Expr => ({ kind: 'name', at: 0, name: root, segments: steps })),
      fc
        .tuple(one, segments)
        .filter(([of]) => of.kind !== 'name' && of.kind !== 'member')
        .map(([of, steps]): Expr => ({ kind: 'member', at: 0, of, segments: steps })),
      fc
        .tuple(fc.constantFrom('count', 'upperCase', 'max', 'in', 'coalesce'), fc.array(one, { maxLength: 2 }))
        .map(([fn, args]): Expr => ({ kind: 'call', at: 0, name: fn, args, named: [] })),
      fc
        .tuple(one, fc.constantFrom('all', 'first', 'last'), one)
        .map(([of, pick, where]): Expr => ({ kind: 'select', at: 0, of, pick, where })),
      fc
        .tuple(one, fc.constantFrom('null', 'empty', 'integer'), fc.boolean())
        .map(([of, ask, negated]): Expr => ({ kind: 'is', at: 0, of, test: ask, negated })),
      fc.tuple(fc.constantFrom('not', 'negate'), one).map(([kind, of]): Expr => ({ kind, at: 0, of })),
      fc.tuple(fc.constantFrom('and', 'or', 'fallback'), pair).map(([kind, items]): Expr => ({ kind, at: 0, items })),
      fc
        .tuple(fc.constantFrom('=', '!=', '<', '>=', 'in', 'not in', '+', '-', '*', '/', '%'), one, one)
        .map(([op, left, right]): Expr => ({ kind: 'binary', at: 0, op, left, right }) as Expr),
    ),
  };
});

/** Without places, and with series in series made one. */
function plain(expr: unknown): unknown {
  if (Array.isArray(expr)) return expr.map(plain);
  if (typeof expr !== 'object' || expr === null) return expr;
  const { at: _, ...rest } = expr as Record<string, unknown>;
  const made = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, plain(value)]));
  const { kind, items } = made as { kind?: string; items?: { kind?: string; items?: unknown[] }[] };
  if (!['and', 'or', 'fallback'].includes(kind ?? '')) return made;
  return { ...made, items: items!.flatMap((item) => (item.kind === kind ? item.items! : [item])) };
}

describe('formatting', () => {
  test('what is printed reads as the same expression', () => {
    fc.assert(
      fc.property(tree, (expr) => {
        expect(plain(parseExpression(print(expr)).expr)).toEqual(plain(expr));
      }),
      { numRuns: 1500 },
    );
  });

  test('again changes nothing, and neither does what it means', () => {
    const scope = { a: 1, b: [1, 2], profile: { x: 'y' }, größe: 2, 'order-total': 3 };
    const outcome = (source: string) => {
      try {
        return JSON.stringify(compileExpression(source).evaluate(scope, { now }));
      } catch (error) {
        return (error as BeckonError).code;
      }
    };
    fc.assert(
      fc.property(tree, fc.boolean(), (expr, wide) => {
        const source = wide ? print(expr).replaceAll(', ', ' ,\n ') : print(expr);
        const formatted = formatExpression(source);
        expect(formatExpression(formatted)).toBe(formatted);
        expect(outcome(formatted)).toBe(outcome(source));
      }),
      { numRuns: 500 },
    );
  });

  test('of a template: again changes nothing, and the same is rendered', () => {
    const spaces = fc.constantFrom('', ' ', '  ');
    const inner = tree.map((expr) => print(expr));
    const tagged = fc
      .tuple(inner, spaces, fc.constantFrom('print', 'raw', 'value', 'let', 'if', 'each'))
      .map(([source, space, kind]) => {
        const apart = space === '' && /^[{!#/]|\}$/.test(source) ? ' ' : space;
        if (kind === 'print') return `{{${apart}${source} ?: "-"${space}}}`;
        if (kind === 'raw') return `{{{${apart}${source} ?: "-"${space}}}}`;
        if (kind === 'value') return `{%=${space}${source} ?: "-"${space}%}`;
        if (kind === 'let') return `{%${space}let v=${source}${space}%}\n`;
        if (kind === 'if') return `{%#if ${source}${space}%}y\n{%${space}else${space}%}n{%/if${space}%}`;
        return `{{#each ${source} as |it|${space}}}{{it ?: 1}}{{else${space}}}none{{/each}}`;
      });
    const outcome = (source: string) => {
      try {
        return compileTemplate(source, { mode: 'text' }).render({ a: 1, b: [1] }, { now });
      } catch (error) {
        return (error as BeckonError).code;
      }
    };
    fc.assert(
      fc.property(fc.array(fc.oneof(tagged, fc.constantFrom('text\n', ' ', '\n'))), (parts) => {
        const source = parts.join('');
        const formatted = formatTemplate(source);
        expect(formatTemplate(formatted)).toBe(formatted);
        expect(outcome(formatted)).toBe(outcome(source));
      }),
      { numRuns: 400 },
    );
  });
});
