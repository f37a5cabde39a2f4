import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { compileTemplate } from './index.ts';
import type { Scope, TemplateOptions } from './index.ts';

const now = Date.UTC(2026, 10, 23, 10);

function rendered(source: string, scope: Scope = {}, options: Partial<TemplateOptions> = {}): string {
  return compileTemplate(source, { mode: 'html', ...options }).render(scope, { now });
}

function fault(work: () => unknown): BeckonError {
  try {
    work();
  } catch (error) {
    if (error instanceof BeckonError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('blocks', () => {
  const scope = {
    a: 1,
    b: 0,
    name: 'root',
    list: [
      { name: 'x', in: [1, 2] },
      { name: 'y', in: [] },
    ],
    one: { name: 'z' },
    none: [],
  };
  test.each([
    ['{%#if a = 1%}A{%else%}B{%/if%}', 'A'],
    ['{%#if b%}A{%else if a%}B{%else%}C{%/if%}', 'B'],
    ['{{#if b}}A{{else if b}}B{{else}}C{{/if}}', 'C'],
    ['{{#if b}}A{{/if}}', ''],
    ['{% #if a %}A{% else %}B{% /if %}', 'A'],
    ['{{#unless a}}A{{else}}B{{/unless}}', 'B'],
    ['{%#unless b%}A{%/unless%}', 'A'],
    ['{{#each list as |x|}}{{@index}}{{x.name}}{{#if @last}}.{{/if}}{{#if @first}},{{/if}}{{/each}}', '0x,1y.'],
    ['{{#each list}}{{this.name}}{{name}}{{/each}}', 'xxyy'],
    ['{{#each list as |x|}}{{name}}{{x.name}}{{/each}}', 'rootxrooty'],
    ['{{#each list}}{{a}}{{/each}}', '11'],
    ['{{#each none}}A{{else}}B{{/each}}', 'B'],
    ['{{#each missing.path}}A{{else}}B{{/each}}', 'B'],
    [
      '{{#each list as |x|}}{{#each x.in as |i|}}{{x.name}}{{i}}{{@index}}{{else}}-{{/each}}{{@index}}{{/each}}',
      'x10x210-1',
    ],
    ['{{#each list}}{{#each this.in}}{{this}}{{name}}{{/each}}{{/each}}', '1x2x'],
    ['{{#each limit(list, 1) as |x|}}{{x.name}}{{/each}}', 'x'],
    ['{{#each [1, 2] as |x|}}{{x}}{{/each}}', '12'],
    ['{{#with one}}{{name}}{{a}}{{/with}}', 'z1'],
    ['{{#with one as |o|}}{{o.name}}{{name}}{{/with}}', 'zroot'],
    ['{{#with missing}}A{{else}}B{{/with}}', 'B'],
    ['{% let n = 0 %}{{#each list as |x|}}{% let n = n + 1 %}{{/each}}{{n}}', '2'],
    ['{{#each list as |x|}}{% let n = (n ?: 0) + 1 %}{{/each}}{{n}}', '2'],
    ['{{name}}{% let name = "let" %}{{name}}', 'rootlet'],
    ['{% let one = one.name %}{{one}}', 'z'],
    ['{{#if b}}{% let name = 1 %}{{/if}}{{name}}', 'root'],
    ['{% let name = missing %}{%= name ?: "none" %}', 'none'],
    ['{{#each list as |name|}}{{name.name}}{{/each}}{{name}}', 'xyroot'],
    ['a{{! no }}b{{!-- {{x}} --}}c', 'abc'],
    ['{%= "}}" %}{{"%}"}}', '}}%}'],
    ['{{ a }}{{{ a }}}{%= a %}', '111'],
    ['{ {a} } } }} %}', '{ {a} } } }} %}'],
    ['{{formatNumber(1234.5)}}', '1,234.5'],
    ['{{false}}{{0}}{{""}}', 'false0'],
  ])('%s → %j', (source, expected) => expect(rendered(source, scope)).toBe(expected));

  test('a silent tag alone on its line takes the line with it', () => {
    const source =
      'a\n  {%#if true%}  \nb\n{%else%}\nc\n{%/if%}\n{% let x = 1 %}\r\n{{! no }}\n{{x}}\nd {{! no }}\n{{#each [1]}}';
    expect(rendered(`${source}\n{{/each}}`)).toBe('a\nb\n1\nd \n');
    expect(rendered('{% let a = 1 %}{% let b = 2 %}\n{{a}}')).toBe('\n1');
  });

  test('a list or a map cannot be printed', () => {
    expect(fault(() => rendered('\n {{list}}', scope)).message).toBe(
      'At line 2, column 2: a list of 2 cannot be printed; use {{#each}} or join',
    );
    expect(fault(() => rendered('{{one}}', scope)).code).toBe('RENDER_TYPE');
    expect(fault(() => rendered('{{#each one}}{{/each}}', scope)).message).toBe(
      'At line 1, column 1: a map was given where each needs a list',
    );
  });
});

describe('fragments take parameters (journeys.md §5, 49)', () => {
  const fragments = {
    card: { parameters: ['item', 'size'], source: '<b title="{{item.name}}">{{item.name}}{{size ?: 1}}{{shop}}</b>' },
    outer: { parameters: [], source: '{{#each list as |x|}}{{fragment id="card" item=x}}{{/each}}' },
    address: { parameters: ['to'], source: '{{to}}' },
    blind: { parameters: [], source: '{%= x ?: "unseen" %}{%= item ?: "unseen" %}{%= @index %}' },
    open: { parameters: [], source: '<a title="' },
  };
  const scope = { list: [{ name: 'A&' }, { name: 'B' }], shop: '!' };
  const run = (source: string) => rendered(source, scope, { fragments });

  test('they see their parameters and the roots', () => {
    expect(run('{{fragment id="card" item=list[0] size=1 + 1}}')).toBe('<b title="A&amp;">A&amp;2!</b>');
    expect(run("{{fragment id='outer'}}")).toBe('<b title="A&amp;">A&amp;1!</b><b title="B">B1!</b>');
  });

  test('they do not see the variables and loops around them', () => {
    expect(fault(() => run('{{#each list as |x|}}{{fragment id="blind"}}{{/each}}')).message).toBe(
      'At fragment "blind", line 1, column 48: @index has a meaning only inside {{#each}}',
    );
    const seeing = { look: { parameters: [], source: '{%= x ?: "unseen" %}' } };
    expect(rendered('{% let x = 1 %}{{fragment id="look"}}{{x}}', {}, { fragments: seeing })).toBe('unseen1');
  });

  test('they are escaped for the place they stand in', () => {
    const scope = { x: 'a b&' };
    const both = '{{fragment id="address" to=x}}<a href="/?q={{fragment id="address" to=x}}">';
    expect(rendered(both, scope, { fragments })).toBe('a b&amp;<a href="/?q=a%20b%26">');
  });

  test.each([
    ['{{fragment id="crad" item=1}}', 'LANGUAGE_FRAGMENT', 'there is no fragment "crad"; did you mean "card"?'],
    [
      '{{fragment id="card" itm=1}}',
      'LANGUAGE_FRAGMENT',
      'the fragment "card" has no parameter itm; did you mean item?',
    ],
    ['{{fragment item=1}}', 'LANGUAGE_SYNTAX', 'the fragment has no id="…"'],
    ['{{fragment id="card" item=1 item=2}}', 'LANGUAGE_SYNTAX', 'item is given twice'],
    ['{{fragment id=x}}', 'LANGUAGE_SYNTAX', 'the id of a fragment is one text in quotes'],
    [
      '{{fragment id="open"}}',
      'LANGUAGE_SLOT',
      'the branches of this block end at different places of the markup, such as inside and outside a tag',
    ],
  ])('%s is refused', (source, code, message) => {
    const error = fault(() => run(source));
    expect(error.code).toBe(code);
    expect(error.message.replace(/^At .*?column \d+: /, '')).toBe(message);
  });

  test('an error inside says which fragment and where', () => {
    const error = fault(() => run('\n\n{{fragment id="card"}}'));
    expect(error.where).toBe('fragment "card", line 1, column 11');
    const later = fault(() => run('{{fragment id="outer"}}\n{{missing}}'));
    expect(later.where).toBe('line 2, column 1');
  });
});

describe('errors name the form that is meant', () => {
  test.each([
    ['{% if a %}x{% endif %}', 'At line 1, column 1: found {% if a %}; the form here is {%#if …%} and {%else if …%}'],
    ['{% endif %}', 'At line 1, column 1: found {% endif %}; the form here is {%/if%}'],
    ['{% for a in b %}', 'At line 1, column 1: found {% for a in b %}; the form here is {{#each list as |item|}}'],
    ['{% assign a = 1 %}', 'At line 1, column 1: found {% assign a = 1 %}; the form here is {% let name = … %}'],
    ['{% x %}', 'At line 1, column 1: found {% x %} where {% let name = … %} or {%= … %} was expected'],
    ['{{> card}}', 'At line 1, column 1: found {{> where {{fragment id="…"}} was expected'],
    ['{{^}}', 'At line 1, column 1: found {{^ where {{else}} was expected'],
    ['{{../a}}', 'At line 1, column 1: found ../ ; name the outer item, {{#each … as |x|}}, and write x.name'],
    ['a\n {{#if a}}', 'At line 2, column 2: the block {{#if a}} has no {{/if}}'],
    ['{{#if a}}{{/each}}', 'At line 1, column 10: found {{/each}} where {{/if}} was expected'],
    ['{{#if a}}{{else}}{{else}}{{/if}}', 'At line 1, column 18: found {{else}} where {{/if}} was expected'],
    [
      '{{#each a}}{{else if b}}{{/each}}',
      'At line 1, column 12: found {{else if b}} where {{else}} or {{/each}} was expected',
    ],
    ['{{/if}}', 'At line 1, column 1: found {{/if}} without the block it belongs to'],
    ['{{else}}', 'At line 1, column 1: found {{else}} without the block it belongs to'],
    ['{{#ech a}}', 'At line 1, column 1: there is no block ech; each was expected'],
    ['{{#each a as x}}', 'At line 1, column 14: found x where | was expected'],
    ['{{a', 'At line 1, column 1: the tag {{a has no closing }}'],
    ['{{!-- a }}', 'At line 1, column 1: the tag {{!-- a }} has no closing --}}'],
    ['{{a "x}}', 'At line 1, column 1: the tag {{a "x}} has no closing }}'],
    ['{{}}', 'At line 1, column 3: found the end where a value, a name or a function was expected'],
    ['{{@key}}', 'At line 1, column 3: found @key where @index, @first or @last was expected'],
    [
      '{{this}}',
      'At line 1, column 3: this has a meaning only inside {{#each}}, {{#with}}, .all(…), .first(…) and .last(…)',
    ],
    ['{% let this = 1 %}', 'At line 1, column 8: found this where the name of a variable was expected'],
    [
      '{{#each a as |x|}}{% let x = 1 %}{{/each}}',
      "At line 1, column 26: x is the loop's item here; give the variable another name",
    ],
    [
      '{{upperCase a}}',
      'At line 1, column 13: found a where an operator, or brackets as in upperCase(…), was expected',
    ],
    ['{{topN(a, 1, 2)}}', 'At line 1, column 11: topN needs the name of a field here, as in topN(items, price, 1)'],
  ])('%s', (source, message) => {
    expect(fault(() => rendered(source)).message).toBe(message);
  });

  test('an error of a function says where the call stands and what was given', () => {
    const error = fault(() => rendered('<p>\n  {%= round(x) %}</p>', { x: 'abc' }));
    expect([error.code, error.message]).toEqual([
      'RENDER_TYPE',
      'At line 2, column 7: "abc" was given where a number was expected',
    ]);
  });
});

describe('paths says what a template reads', () => {
  test('through loops, short names and fragments', () => {
    const fragments = { card: { parameters: ['item'], source: '{{item.name}}{{shop.url}}' } };
    const source = `{% let n = profile.a %}{{n.b}}
      {{#each context.items as |x|}}{{x.name}}{{#each x.tags}}{{this}}{{label}}{{/each}}{{fragment id="card" item=x}}{{/each}}
      {{#each chunk(limit(recs, 4), 2) as |row|}}{{#each row as |r|}}{% let it = r %}{{it.id}}{{/each}}{{/each}}{{head(recs).url}}
      {{#with profile.person as |p|}}{{p.firstName}}{{/with}}{{topN(list, price, 1)[0].id}}`;
    expect(compileTemplate(source, { mode: 'html', fragments }).paths).toEqual([
      'context.items',
      'context.items.name',
      'context.items.tags',
      'context.items.tags.label',
      'label',
      'list',
      'list.id',
      'profile.a',
      'profile.a.b',
      'profile.person',
      'profile.person.firstName',
      'recs',
      'recs.id',
      'recs.url',
      'shop.url',
    ]);
  });
});

test('JSON: values outside quotes keep their kind, missing ones are null', () => {
  const scope = { n: 2, list: ['a', { b: null }], s: 'say "hi"\n' };
  const json = rendered(
    '{"n": {{n}}, "l": {{list}}, "m": {{missing}}, "s": "<{{s}}>", "t": {{s}}, "e": "{{s ?: ""}}"}',
    scope,
    {
      mode: 'json',
    },
  );
  expect(JSON.parse(json)).toEqual({
    n: 2,
    l: ['a', { b: null }],
    m: null,
    s: '<say "hi"\n>',
    t: 'say "hi"\n',
    e: 'say "hi"\n',
  });
  expect(fault(() => rendered('{"a": "{{x}}', {}, { mode: 'json' })).code).toBe('LANGUAGE_SLOT');
});
