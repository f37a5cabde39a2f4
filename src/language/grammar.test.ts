import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { compileExpression, compileTemplate } from './index.ts';
import type { Fragment, Scope } from './index.ts';

const now = Date.UTC(2026, 10, 23, 10);

function value(source: string, scope: Scope = {}): unknown {
  return compileExpression(source).evaluate(scope, { now });
}

function rendered(source: string, scope: Scope = {}, fragments: Record<string, Fragment> = {}): string {
  return compileTemplate(source, { mode: 'text', fragments }).render(scope, { now });
}

function message(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BeckonError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const lines = [
  { sku: 'a', price: 3, tags: ['new'] },
  { sku: 'b', price: 9, tags: [] },
  { sku: 'c', price: 12, tags: ['new', 'warm'] },
];
const scope = {
  lines,
  limit: 5,
  n: null,
  deep: { 'odd-name': 7 },
  profile: { firstName: 'Ada', personalEmail: { address: 'ada@mail.example' } },
  context: {
    journey: {
      events: { cartLeft: { lines, 'a b': 1 }, '1697323153': { x: 2 } },
      actions: { Recs: { jo_status_code: 'http_200', items: lines } },
      technicalProperties: { supplementalId: 's-1' },
    },
  },
};

describe('operators of both languages (journeys.md §2.2, §2.7, §2.8)', () => {
  test.each<[string, unknown]>([
    ['2 not in [1, 3]', true],
    ['2 not in [1, 2]', false],
    ['not 2 in [1, 2]', false],
    ['3 in 1..5', true],
    ['1 in 1..5 and 5 in 1..5', true],
    ['2.5 in 1..5', true],
    ['6 in 1..5', false],
    ['6 not in 1..5', true],
    ['n in 1..5', false],
    ['3 in 1..n', false],
    ['1..4', [1, 2, 3, 4]],
    ['(1..3)[2]', 3],
    ['4..1', []],
    ['1 + 1..2 * 2', [2, 3, 4]],
    ['1..n', null],
    ['{"a": 1, b: [2], `c d`: {e: 3}}', { a: 1, b: [2], 'c d': { e: 3 } }],
    ['{"a": {"b": 2}}.a.b', 2],
    ['{}', {}],
    ['n is null', true],
    ['gone.far is null', true],
    ['limit is not null', true],
    ['"" is empty and [] is empty and n is empty', true],
    ['limit is not empty', true],
    ['"" is null', false],
    ['limit is numeric and limit is integer and limit is not decimal', true],
    ['1.5 is decimal and 1.5 is numeric and not 1.5 is integer', true],
    ['"5" is numeric', false],
    ['[1, null] has null', true],
    ['[1] has null', false],
    ['n has null', false],
    ['is + has', null],
    ['deep.`odd-name`', 7],
    ['"a" == "a" && !(1 != 1) || false', true],
    ['1 in gone', false],
    ['1 not in gone.far', true],
    ['"2026-11-23" + toDuration("P1D") = toDateTime("2026-11-24")', true],
    ['"2026-11-23" - toDuration("P1D") = toDateTime("2026-11-22")', true],
    ['toDuration("P1D") + "2026-11-23" = toDateTime("2026-11-24")', true],
  ])('%s is %j', (source, expected) => {
    expect(value(source, scope)).toEqual(expected);
  });

  test('a range is never longer than the steps allow (trust row 93)', () => {
    expect(message(() => value('count(1..1000000000)'))).toContain('more steps than one text may');
    expect(value('5 in 1..1000000000')).toBe(true);
  });

  test('a map never reaches a prototype (trust row 94)', () => {
    const made = value('{"__proto__": {"polluted": 1}, "constructor": 2}') as object;
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(value('{"__proto__": {"polluted": 1}}.polluted')).toBeNull();
    expect(value('{"__proto__": 1}["__proto__"]')).toBeNull();
    expect(value('{}.constructor')).toBeNull();
  });

  test.each([
    ['1 not 2', 'At line 1, column 7: found 2 where in, as in x not in [1, 2], was expected'],
    ['a is big', 'At line 1, column 6: found big where null, empty, numeric, integer, decimal or not was expected'],
    ['a has 1', 'At line 1, column 7: found 1 where null was expected'],
    ['a is null is null', 'At line 1, column 11: comparisons cannot be chained; join them with and'],
    ['a in [1] in [2]', 'At line 1, column 10: comparisons cannot be chained; join them with and'],
    ['{1: 2}', 'At line 1, column 2: found 1 where a key was expected'],
    ['a.`open', 'At line 1, column 3: a name in back-ticks was expected, as in `order-total`'],
    ['a.``', 'At line 1, column 3: a name in back-ticks was expected, as in `order-total`'],
    ['{"a": 1, a: 2}', 'At line 1, column 10: the key a is given twice'],
    ['{"a": 1', 'At line 1, column 8: found the end where , or } was expected'],
  ])('%s is refused at its place', (source, expected) => {
    expect(message(() => value(source))).toBe(expected);
  });

  test('the ends of a range are numbers', () => {
    expect(message(() => value('1.."z"'))).toBe('At line 1, column 1: "z" was given where a range needs a number');
  });
});

describe('collections and maps (journeys.md §2.8)', () => {
  test.each<[string, unknown]>([
    ['lines.all(currentEventField.price > limit).count()', 2],
    ['lines.all(currentActionField.price > 100)', []],
    ['lines.first(currentDataPackField.price > 5).sku', 'b'],
    ['lines.last(currentDatasetLookupField.price > 5).sku', 'c'],
    ['lines.first(this.price > 5).sku', 'b'],
    ['lines.first(this.price > 500)', null],
    ['lines.first().sku', 'a'],
    ['lines.at(1).sku', 'b'],
    ['lines.at(9)', null],
    ['gone.all(this.x = 1)', null],
    ['lines.all(this.tags.all(this = "new").count() > 0).count()', 2],
    ['lines.all(price > 5).count()', 0],
    ['deep.entry("odd-name")', 7],
  ])('%s is %j', (source, expected) => {
    expect(value(source, scope)).toEqual(expected);
  });

  test('the paths that are read go through a selection', () => {
    expect(compileExpression('cart.lines.first(this.price > limit).sku').paths).toEqual([
      'cart.lines',
      'cart.lines.price',
      'cart.lines.sku',
      'limit',
    ]);
  });

  test('a selection needs a list', () => {
    expect(message(() => value('limit.all(this > 1)', scope))).toBe(
      'At line 1, column 7: 5 was given where all needs a list',
    );
  });

  test('the names of the current item mean nothing elsewhere', () => {
    expect(message(() => value('currentEventField.price'))).toBe(
      'At line 1, column 1: currentEventField has a meaning only inside .all(…), .first(…) and .last(…)',
    );
  });
});

describe('references of journeys (journeys.md §2.8)', () => {
  test.each<[string, unknown, string]>([
    ['@event{cartLeft.lines.at(0).sku}', 'a', 'context.journey.events.cartLeft.lines.sku'],
    ['@event{cartLeft."a b"}', 1, 'context.journey.events.cartLeft.a b'],
    ['@event{"1697323153".x}', 2, 'context.journey.events.1697323153.x'],
    ['@event{cartLeft.lines}.all(currentEventField.price > 5).count()', 2, 'context.journey.events.cartLeft.lines'],
    ['@event{cartLeft.lines.first(currentEventField.price > 5).sku}', 'b', 'context.journey.events.cartLeft.lines.sku'],
    ['@event{cartLeft.gone, defaultValue: "x"}', 'x', 'context.journey.events.cartLeft.gone'],
    ['@action{Recs.jo_status_code} == "http_200"', true, 'context.journey.actions.Recs.jo_status_code'],
    [
      '#{ExperiencePlatform.ProfileFieldGroup.profile.personalEmail.address}',
      'ada@mail.example',
      'profile.personalEmail.address',
    ],
    ['#{profile.lastName, defaultValue: "friend"}', 'friend', 'profile.lastName'],
    ['${supplementalId}', 's-1', 'context.journey.technicalProperties.supplementalId'],
  ])('%s is %j, read from %s', (source, expected, path) => {
    expect(value(source, scope)).toEqual(expected);
    expect(compileExpression(source).paths).toContain(path);
  });

  test.each([
    [
      '@datasetLookup{a.entities}',
      'At line 1, column 1: found @datasetLookup{…}, which is not part of this language; call an action and read @action{Name.path}',
    ],
    [
      '@evnt{a}',
      'At line 1, column 1: found @evnt{ where @event{…}, @action{…}, #{…} or ${…} was expected; did you mean @event?',
    ],
    [
      '#{Weather.today.rain}',
      'At line 1, column 3: found #{…Weather…}, a data source that is not part of this language; call Weather with an action and read @action{Name.path}',
    ],
    ['${other}', 'At line 1, column 3: found ${other} where ${supplementalId} or ${journeyUID} was expected'],
    [
      '#{profile.x, params: {}}',
      'At line 1, column 14: found params: in a reference; only defaultValue: may follow; parameters belong to an action',
    ],
    ['@event{a.b', 'At line 1, column 11: found the end where } was expected'],
  ])('%s is refused with what to use instead', (source, expected) => {
    expect(message(() => value(source))).toBe(expected);
  });
});

describe('tags (journeys.md §2.1)', () => {
  test.each<[string, string]>([
    ['{{ {"a": {"b": 1}}.a.b }}', '1'],
    ['{%= {"a": 1}.a%}', '1'],
    ['{{@event{cartLeft.lines.at(0).sku}}}', 'a'],
    ['{{{@event{cartLeft.lines.at(0).sku}}}}', 'a'],
    ['{{#each lines.all(this.price > 5) as |it|}}{{it.sku}}{{else}}none{{/each}}', 'bc'],
    ['{{#each 1..3 as |n|}}{{n}}{{/each}}', '123'],
    ['{{#each topN(lines, price, 2) as |it|}}{{it.sku}}{{/each}}', 'cb'],
    ['{{#if limit > 9}}a{{else if limit > 4}}b{{else}}c{{/if}}', 'b'],
    ['{%#if limit > 9%}a{%else if limit > 4%}b{%else%}c{%/if%}', 'b'],
    ['{%#unless limit > 9%}a{%else%}b{%/unless%}', 'a'],
    ['{{#with profile as |p|}}{{p.firstName}}{{/with}}', 'Ada'],
    ['{{#with profile}}{{firstName}}{{/with}}', 'Ada'],
    ['{{#each lines as |it|}}{%#if it.price in 5..10%}{{@index}}{%/if%}{{/each}}', '1'],
  ])('%s renders to %j', (source, expected) => {
    expect(rendered(source, scope)).toBe(expected);
  });

  const fragments = {
    'ajo:1/2': { parameters: ['size'], source: '<{{size ?: "m"}}>' },
    settings: {
      parameters: ['base'],
      source: 'text {% let rate = base * 2 %}{%#if rate > 4%}{% let big = true %}{%/if%}{{rate}}',
    },
    more: { parameters: [], source: '{{fragment id="settings" base=9 render=false}}{% let own = rate %}' },
    row: { parameters: ['it', 'last'], source: '{{it.sku}}{{#unless last}},{{/unless}}' },
  };

  test('a fragment has an id, a mode and fields', () => {
    expect(rendered("{{fragment id='ajo:1/2' mode='inline' size=\"xl\"}}", {}, fragments)).toBe('<xl>');
    expect(rendered('{{fragment id="ajo:1/2" render=true}}', {}, fragments)).toBe('<m>');
    expect(message(() => rendered('{{fragment id="row" mode="block"}}', {}, fragments))).toBe(
      'At line 1, column 21: the mode of a fragment can only be "inline"',
    );
    expect(message(() => rendered('{{fragment id="row" render="no"}}', {}, fragments))).toBe(
      'At line 1, column 21: render is either true or false',
    );
  });

  test('render=false prints nothing and sets the variables where it stands', () => {
    const source = '{{fragment id="settings" base=3 render=false}}[{{rate}} {{big}}]';
    expect(rendered(source, {}, fragments)).toBe('[6 true]');
    expect(rendered('{{fragment id="more" render=false}}{{rate}} {{own}}', {}, fragments)).toBe('18 18');
    const looped = '{{#each 1..3 as |n|}}{{fragment id="settings" base=n render=false}}{{/each}}{{rate}}';
    expect(rendered(looped, {}, fragments)).toBe('6');
  });

  test('without render=false the variables of a fragment stay its own', () => {
    expect(rendered('{{fragment id="settings" base=3}}{{rate ?: "-"}}', {}, fragments)).toBe('text 6-');
  });

  test('fragments that only set variables may not include themselves either', () => {
    const circle = { a: { parameters: [], source: '{{fragment id="a" render=false}}' } };
    expect(message(() => rendered('{{fragment id="a" render=false}}', {}, circle))).toContain(
      'fragments include themselves: a → a',
    );
  });

  test('a component takes the item of the loop (journeys.md §5, 49)', () => {
    const source = '{{#each lines as |line|}}{{fragment id="row" it=line last=@last}}{{/each}}';
    expect(rendered(source, scope, fragments)).toBe('a,b,c');
  });

  test.each([
    ['{{datasetLookup datasetId="d" id="k" result="r"}}', 'call an action before the message'],
    ['{{externalDataLookup actionId="a" result="r"}}', 'call an action before the message'],
    ['{{executionMetadata key="k" value="v"}}', 'the send log keeps the run'],
    ['{{encrypt profile.id keyName="k" result="v"}}', 'send an opaque id in the link'],
    ['{% if a %}x{% endif %}', 'the form here is {%#if …%} and {%else if …%}'],
  ])('%s is refused with what to use instead', (source, expected) => {
    const said = message(() => rendered(source));
    expect(said).toContain('At line 1, column 1: found {');
    expect(said).toContain(expected);
  });
});
