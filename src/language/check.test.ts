import { describe, expect, test } from 'vitest';
import { functionGroups } from './functions.ts';
import { checkExpression, checkTemplate, compileExpression, mapOf, typeOfJsonSchema, typeOfSample } from './index.ts';
import type { Schema, TemplateCheck } from './index.ts';
import { describeType, parseType } from './type.ts';

const event = typeOfJsonSchema({
  type: 'object',
  required: ['cartId', 'lines', 'kind', 'at'],
  properties: {
    cartId: { type: 'string', description: 'The shop’s id of the cart.' },
    at: { type: 'string', format: 'date-time' },
    coupon: { type: ['string', 'null'] },
    kind: { enum: ['added', 'removed'] },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        required: ['sku', 'quantity', 'price'],
        properties: {
          sku: { type: 'string' },
          quantity: { type: 'integer' },
          price: { type: 'number' },
          image: { type: 'string' },
        },
      },
    },
    extra: { type: 'object' },
  },
});
const schema: Schema = mapOf({
  event,
  profile: mapOf({ id: { type: parseType('text') }, firstName: { type: parseType('text'), maybe: true } }),
  response: typeOfSample({
    strategy: 'cart',
    items: [
      { sku: 'A', stock: 4 },
      { sku: 'B', badge: 'new' },
    ],
  }),
});

/** `code at line:column found|expected|near`, one a problem. */
function said(source: string, wants?: string): string[] {
  return checkExpression(source, schema, wants === undefined ? {} : { wants }).map(
    (one) => `${one.code} ${one.line}:${one.column} ${one.found} | ${one.expected} | ${one.near}`,
  );
}

function template(source: string, more: Partial<TemplateCheck> = {}) {
  return checkTemplate(source, { mode: 'html', schema, ...more });
}

describe('names are checked against the schema (journeys.md §2.5, path not found)', () => {
  test.each<[string, string[]]>([
    ['event.cartId = "a" and count(event.lines) > 0', []],
    ['event.lines[0].price > 3', []],
    ['event.extra.whatever.deep', []],
    ['evnt.cartId', ['LANGUAGE_PATH_UNKNOWN 1:1 evnt | event, profile, response | event']],
    [
      'event.cartld = "a"',
      ['LANGUAGE_PATH_UNKNOWN 1:1 cartld | one of cartId, at, coupon, kind, lines, extra | cartId'],
    ],
    [
      'event.lines.all(this.prise > 1).count()',
      ['LANGUAGE_PATH_UNKNOWN 1:17 prise | one of sku, quantity, price, image | price'],
    ],
    [
      'event.lines.price',
      ['LANGUAGE_PATH_UNKNOWN 1:1 price | no field: it is list of map of sku, quantity, price, image | null'],
    ],
    ['event.cartId.x', ['LANGUAGE_PATH_UNKNOWN 1:1 x | no field: it is text | null']],
    ['topN(event.lines, prce, 2)', ['LANGUAGE_PATH_UNKNOWN 1:19 prce | one of sku, quantity, price, image | price']],
    ['response.items.first(this.sku = "A").badge', []],
    ['happened("commerce.purchases", where: event.order.total > 3 and item.sku = profile.id)', []],
    [
      'happened("commerce.purchases", where: profil.id = "a")',
      ['LANGUAGE_PATH_UNKNOWN 1:39 profil | event, item, profile, response | profile'],
    ],
  ])('%s', (source, expected) => {
    expect(said(source)).toEqual(expected);
  });

  test('everything that is wrong is said, in the order of the source', () => {
    const codes = checkExpression('evnt.x > 1 and\n upperCas(event.cartId) = event.knd', schema);
    expect(codes.map(({ code, line }) => [code, line])).toEqual([
      ['LANGUAGE_PATH_UNKNOWN', 1],
      ['LANGUAGE_FUNCTION_UNKNOWN', 2],
      ['LANGUAGE_PATH_UNKNOWN', 2],
    ]);
    expect(codes[1]).toMatchObject({ near: 'upperCase', severity: 'error', column: 2 });
  });

  test('a sentence names the place and the name that may have been meant', () => {
    expect(checkExpression('event.cartld', schema)[0]!.message).toBe(
      'At line 1, column 1: event has no field cartld; did you mean cartId?',
    );
  });

  test('without a schema only grammar and functions are checked', () => {
    expect(checkExpression('anything.at.all = other[1]')).toEqual([]);
    expect(checkExpression('head(')[0]).toMatchObject({
      code: 'LANGUAGE_SYNTAX',
      line: 1,
      column: 6,
      found: 'the end',
      expected: 'a value, a name or a function',
    });
  });
});

describe('types are checked', () => {
  test.each<[string, string[]]>([
    ['event.cartId * 2', ['LANGUAGE_TYPE 1:1 text | number | null']],
    [
      'event.cartId + event.lines',
      [
        'LANGUAGE_TYPE 1:1 text | number | null',
        'LANGUAGE_TYPE 1:16 list of map of sku, quantity, price, image | number | null',
      ],
    ],
    ['event.cartId.all(this = 1)', ['LANGUAGE_TYPE 1:1 text | list | null']],
    ['1 in event.cartId', ['LANGUAGE_TYPE 1:6 text | list | null']],
    ['"a".."b"', ['LANGUAGE_TYPE 1:1 "a" | number | null', 'LANGUAGE_TYPE 1:6 "b" | number | null']],
    [
      'sum("a.b", of: event.x, since: event.lines)',
      ['LANGUAGE_TYPE 1:32 list of map of sku, quantity, price, image | moment | null'],
    ],
    ['-event.cartId', ['LANGUAGE_TYPE 1:2 text | number | null']],
    ['"total " + 5 + event.cartId', []],
    ['event.at + 5', []],
  ])('%s', (source, expected) => {
    expect(said(source)).toEqual(expected);
  });

  test('the place says what it wants', () => {
    expect(said('event.cartId', 'list')).toEqual(['LANGUAGE_TYPE 1:1 text | list | null']);
    expect(said('event.lines', 'list')).toEqual([]);
    expect(checkExpression('event.cartId', schema, { wants: 'number' })[0]!.mend).toBe('Write toNumber(event.cartId)');
  });

  test('the notation of the function table is read, in every row', () => {
    for (const { functions } of functionGroups) {
      for (const fn of functions) {
        for (const notation of [...(fn.types ?? []), fn.gives ?? 'any'])
          expect(() => parseType(notation)).not.toThrow();
      }
    }
    expect(() => parseType('txt')).toThrow('"txt" is no type; did you mean text?');
    expect(describeType(parseType('list<number> or text'))).toBe('list of number or text');
  });

  test('the types of the function table let every example pass', () => {
    const examples = functionGroups.flatMap(({ functions }) => functions.map((fn) => fn.example));
    const wrong = examples.flatMap((example) =>
      checkExpression(example).map(({ message }) => `${example}: ${message}`),
    );
    expect(wrong).toEqual([]);
  });

  test('a duration is added to a moment, also to one that is a text (journeys.md §2.8)', () => {
    const value = compileExpression('event.at + toDuration("P1D")').evaluate(
      { event: { at: '2026-11-23T10:00:00Z' } },
      { now: 0 },
    );
    expect(value).toBe(Date.UTC(2026, 10, 24, 10));
    expect(compileExpression('toDuration("PT1H") + 5').evaluate({}, { now: 0 })).toBe(3_600_005);
    expect(said('event.at + toDuration("P1D") > now()')).toEqual([]);
  });

  test('nested calls take no longer than their length (trust row 93)', () => {
    const deep = 'limit('.repeat(90) + 'event.lines' + ', 1)'.repeat(90);
    expect(checkExpression(deep, schema)).toEqual([]);
    const picked = 'event.lines' + '.all(true)'.repeat(90);
    expect(checkExpression(picked, schema)).toEqual([]);
  });
});

describe('comparisons that are always false (journeys.md §2.2, strongly typed)', () => {
  test.each<[string, string | null]>([
    ['event.cartId = 5', 'this is always false: text is compared with number'],
    ['event.cartId != 5', 'this is always true: text is compared with number'],
    [
      'event.kind = "aded"',
      'this is always false: "added" or "removed" is compared with "aded"; did you mean "added"?',
    ],
    ['event.kind = "added"', null],
    ['event.kind in ["removed", "x"]', null],
    ['event.kind in ["x", "y"]', 'this is always false: "added" or "removed" is compared with "x" or "y"'],
    ['event.kind not in ["x"]', 'this is always true: "added" or "removed" is compared with "x"'],
    ['event.cartId in 1..5', 'this is always false: text is compared with number'],
    ['event.lines[0].price < "5"', 'this is always false: number is compared with "5"'],
    ['event.lines[0].price > null', 'this is always false: number is compared with nothing'],
    ['event.coupon = null', null],
    ['1 = 1', null],
    [
      'event.lines[0].price > 5 and event.lines[0].price < 3',
      'this is always false: event.lines[0].price < 3 cannot hold together with what is asked of event.lines[0].price before',
    ],
    ['event.lines[0].price > 3 and event.lines[0].price < 5', null],
    ['event.lines[0].price > 5 or event.lines[0].price < 3', null],
    [
      'event.lines[0].price >= 5 and 5 > event.lines[0].price',
      'this is always false: 5 > event.lines[0].price cannot hold together with what is asked of event.lines[0].price before',
    ],
    ['event.lines[0].price >= 5 and event.lines[0].price <= 5', null],
    [
      'event.lines[0].price > 3 and event.lines[0].price > 1 and event.lines[0].price < 2',
      'this is always false: event.lines[0].price < 2 cannot hold together with what is asked of event.lines[0].price before',
    ],
    [
      'event.lines[0].price < 3 and event.lines[0].price < 5 and event.lines[0].price > 4',
      'this is always false: event.lines[0].price > 4 cannot hold together with what is asked of event.lines[0].price before',
    ],
    [
      'event.lines[0].price <= 5 and event.lines[0].price < 5 and event.lines[0].price = 5',
      'this is always false: event.lines[0].price = 5 cannot hold together with what is asked of event.lines[0].price before',
    ],
    [
      'event.lines[0].price > 5 and event.lines[0].price >= 5 and event.lines[0].price = 5',
      'this is always false: event.lines[0].price = 5 cannot hold together with what is asked of event.lines[0].price before',
    ],
    [
      'event.lines[0].price < 5 and event.lines[0].price <= 5 and event.lines[0].price = 5',
      'this is always false: event.lines[0].price = 5 cannot hold together with what is asked of event.lines[0].price before',
    ],
    [
      'event.lines[0].price >= 5 and event.lines[0].price > 5 and event.lines[0].price = 5',
      'this is always false: event.lines[0].price = 5 cannot hold together with what is asked of event.lines[0].price before',
    ],
    ['event.lines[0].price >= 5 and event.lines[0].price > 3 and event.lines[0].price <= 5', null],
    ['event.lines[0].price <= 5 and event.lines[0].price < 7 and event.lines[0].price >= 5', null],
    [
      'event.lines[0].price in 1..3 and (event.cartId = "a" and event.lines[0].price = 4)',
      'this is always false: event.cartId = "a" and event.lines[0].price = 4 cannot hold together with what is asked of event.lines[0].price before',
    ],
    [
      'event.cartId = "a" and event.cartId != "a"',
      'this is always false: event.cartId != "a" cannot hold together with what is asked of event.cartId before',
    ],
    ['event.cartId = "a" and event.cartId != "b"', null],
    ['event.lines[0].price > 5 and event.lines[1].price < 3', null],
    ['event.lines > 3', 'this is always false: list of map of sku, quantity, price, image is compared with number'],
  ])('%s', (source, expected) => {
    const found = checkExpression(source, schema);
    expect(found.map(({ message }) => message.replace(/^At .*?: /, ''))).toEqual(expected === null ? [] : [expected]);
    for (const { severity, code } of found) expect([severity, code]).toEqual(['warning', 'LANGUAGE_NEVER_TRUE']);
  });
});

describe('templates', () => {
  test.each<[string, string[]]>([
    ['{{event.cartId}}', []],
    ['{{profile.firstName}}', ['LANGUAGE_FALLBACK_MISSING']],
    ['{%= profile.firstName ?: "you" %}', []],
    ['{%#if profile.firstName%}{{profile.firstName}}{%/if%}', []],
    ['{%#if profile.firstName is not empty and event.cartId%}{{profile.firstName}}{%/if%}', []],
    ['{%#if profile.firstName is empty%}-{%else%}{{profile.firstName}}{%/if%}', []],
    ['{%#if isEmpty(profile.firstName)%}{{profile.firstName}}{%/if%}', ['LANGUAGE_FALLBACK_MISSING']],
    ['{%#if profile.firstName%}-{%/if%}{{profile.firstName}}', ['LANGUAGE_FALLBACK_MISSING']],
    ['{%#unless profile.firstName%}-{%else%}{{profile.firstName}}{%/unless%}', []],
    ['{{#each event.lines as |line|}}{{line.sku}}{{/each}}', ['LANGUAGE_ELSE_MISSING']],
    ['{{#each event.lines as |line|}}{{line.sku}}{{else}}none{{/each}}', []],
    ['{%#if count(event.lines) > 0%}{{#each event.lines as |line|}}{{@index}}{{/each}}{%/if%}', []],
    ['{%#if count(event.lines) < 9%}{{#each event.lines as |l|}}{{@index}}{{/each}}{%/if%}', ['LANGUAGE_ELSE_MISSING']],
    ['{{#each 1..3 as |n|}}{{n}}{{/each}}', []],
    ['{{#each event.lines as |line|}}{{line.image}}{{else}}-{{/each}}', ['LANGUAGE_FALLBACK_MISSING']],
    ['{{#each event.lines as |line|}}{{line.skuu}}{{else}}-{{/each}}', ['LANGUAGE_PATH_UNKNOWN']],
    ['{{#each event.lines}}{{sku}}{{this.price}}{{event.cartId}}{{else}}-{{/each}}', []],
    ['{{#each event.lines}}{{skuu}}{{else}}-{{/each}}', ['LANGUAGE_PATH_UNKNOWN']],
    ['{{#each event.cartId as |c|}}x{{else}}-{{/each}}', ['LANGUAGE_TYPE']],
    ['{{#with event.lines[0] as |line|}}{{line.sku}}{{else}}-{{/with}}', []],
    ['{{event.lines}}', ['LANGUAGE_TYPE']],
    ['{% let n = 0 %}{{#each event.lines as |l|}}{% let n = n + l.price %}{{else}}-{{/each}}{{n}}', []],
    ['{% let n = event.lines %}{{n[0].skuu ?: "-"}}', ['LANGUAGE_PATH_UNKNOWN']],
    ['{{event.lines.first(this.price > 5).sku}}', ['LANGUAGE_FALLBACK_MISSING']],
    ['{{upperCase(profile.firstName)}}', ['LANGUAGE_FALLBACK_MISSING']],
    ['{{contains(profile.firstName, "a")}}{{length(profile.firstName)}}{{upperCase(event.cartId)}}', []],
    ['<script>{{event.cartId}}</script>', ['LANGUAGE_SLOT']],
    ['{{#if a}}', ['LANGUAGE_SYNTAX']],
  ])('%s', (source, expected) => {
    expect(template(source).map(({ code }) => code)).toEqual(expected);
  });

  test('in JSON a list is printed whole', () => {
    expect(template('{"lines": {{event.lines}}}', { mode: 'json' })).toEqual([]);
  });

  test('a component is checked with the item of the loop it is given (journeys.md §5, 49)', () => {
    const fragments = {
      card: { parameters: ['item', 'size'], source: '<b>{{item.sku}}\n{{item.nme}}</b>{%= size ?: 1 %}' },
    };
    const source = '{{#each event.lines as |line|}}{{fragment id="card" item=line}}{{else}}-{{/each}}';
    const [problem, ...rest] = template(source, { fragments });
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({
      code: 'LANGUAGE_PATH_UNKNOWN',
      source: 'fragment "card"',
      line: 2,
      column: 3,
      found: 'nme',
    });
    expect(problem!.message).toBe('At fragment "card", line 2, column 3: item has no field nme');
    expect(template('{{fragment id="crd"}}', { fragments })[0]).toMatchObject({
      code: 'LANGUAGE_FRAGMENT',
      near: 'card',
    });
  });

  test('fragments in fragments are looked into within a limit (trust row 93)', () => {
    const inner = (id: string) => `{{fragment id="${id}"}}`.repeat(20);
    const fragments = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((id, i, all) => [
        id,
        { parameters: [], source: i < 5 ? inner(all[i + 1]!) : 'x' },
      ]),
    );
    expect(template(inner('a'), { fragments })).toEqual([]);
  });

  test('a circle of fragments is said once', () => {
    const fragments = { a: { parameters: [], source: '{{fragment id="a"}}' } };
    expect(template('{{fragment id="a"}}', { fragments }).map(({ code }) => code)).toEqual(['LANGUAGE_FRAGMENT']);
  });
});

describe('schemas', () => {
  test.each<[unknown, string]>([
    [{ type: 'string', format: 'date' }, 'moment'],
    [{ anyOf: [{ const: 'a' }, { const: 'b' }] }, '"a" or "b"'],
    [{ type: ['number', 'null'] }, 'number'],
    [{ type: 'array', items: { type: 'boolean' } }, 'list of truth'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'map'],
    [{ allOf: [{ properties: { a: {} } }, { properties: { b: {} } }] }, 'map of a, b'],
    [{ $defs: { x: { type: 'integer' } }, properties: { a: { $ref: '#/$defs/x' } } }, 'map of a'],
    [{ $ref: 'https://elsewhere.example/x.json' }, 'any'],
    [{ $ref: '#' }, 'any'],
    [{ enum: ['a', 1] }, '"a" or number'],
    ['nonsense', 'any'],
  ])('%j is %s', (given, expected) => {
    expect(describeType(typeOfJsonSchema(given))).toBe(expected);
  });

  test('a sample gives its fields; one that only some items have may be missing', () => {
    const type = typeOfSample([
      { a: 1, at: '2026-11-23T10:00:00Z' },
      { a: 2, b: null },
    ]);
    expect(describeType(type)).toBe('list of map of a, at, b');
    const [a, at, b] = ['a', 'at', 'b'].map(
      (name) => type.kind === 'list' && type.of.kind === 'map' && type.of.fields[name],
    );
    expect([a, at, b]).toEqual([
      { type: { kind: 'number' }, maybe: false },
      { type: { kind: 'moment', as: 'text' }, maybe: true },
      { type: { kind: 'any' }, maybe: true },
    ]);
    expect(describeType(typeOfSample([]))).toBe('list of nothing');
  });
});
