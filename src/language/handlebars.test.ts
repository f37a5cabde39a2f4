import * as fc from 'fast-check';
import Handlebars from 'handlebars';
import { expect, test } from 'vitest';
import { compileTemplate } from './index.ts';

/** What both escape alike; Handlebars writes `'` as `&#x27;`, and `=` and back-ticks as references too. */
const text = fc.string({ unit: fc.constantFrom(...'abc <>&"é{}%') });
const item = fc.record({
  name: text,
  n: fc.integer({ min: 0, max: 3 }),
  tags: fc.array(text, { maxLength: 3 }),
  on: fc.boolean(),
});
const data = fc.record({
  top: text,
  yes: fc.boolean(),
  n: fc.integer({ min: 0, max: 3 }),
  items: fc.array(item, { maxLength: 3 }),
  one: item,
});

const one = (...sources: string[]) => fc.constantFrom(...sources);
const plain = one(
  'a',
  ' ',
  '\n',
  '<b>',
  '</b>',
  'x\n',
  '\n\n',
  ' } } ',
  ' { { ',
  '\r\n  ',
  '{{! no }}',
  '{{!-- {{no}} --}}',
);
const some = (part: fc.Arbitrary<string>) => fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));

function conditional(paths: fc.Arbitrary<string>, body: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(one('if', 'unless'), paths, body, fc.option(body))
    .map(([word, path, yes, no]) => `{{#${word} ${path}}}${yes}${no === null ? '' : `{{else}}${no}`}{{/${word}}}`);
}

/** `{{#each}}` or `{{#with}}` with a body that sees the item, and an `else` that sees what is around. */
function inside(head: string, body: fc.Arbitrary<string>, around: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const word = head.split(' ')[0]!;
  return fc.tuple(body, around).map(([a, b]) => `{{#${head}}}${a}{{else}}${b}{{/${word}}}`);
}

const inTags = some(fc.oneof(plain, one('{{this}}', '{{{this}}}', '{{@index}}', '{{@first}}{{@last}}')));
const inItem = fc.letrec<{ it: string }>((tie) => ({
  it: some(
    fc.oneof(
      { maxDepth: 2 },
      plain,
      one('{{this.name}}', '{{name}}', '{{{name}}}', '{{ n }}', '{{on}}', '{{tags.length}}', '<p title="{{name}}">'),
      conditional(one('on', 'n', 'name', 'tags', 'missing'), tie('it')),
      inside('each tags', inTags, tie('it')),
    ),
  ),
})).it;
const inNamed = some(
  fc.oneof(
    plain,
    one('{{x.name}}', '{{{x.name}}}', '{{x.n}}{{@index}}', '{{x.tags.length}}', '<p title="{{x.name}}">x</p>'),
    one('{{#each x.tags as |y|}}{{y}}{{x.name}}{{@last}}{{else}}x{{/each}}', '{{#with x}}{{name}}{{/with}}'),
    conditional(one('x.on', 'x.n', 'x.name', 'x.tags', 'x.missing', '@first', '@index'), one('1', '\n', '{{x.name}}')),
  ),
);
const template = fc.letrec<{ it: string }>((tie) => ({
  it: some(
    fc.oneof(
      { maxDepth: 2 },
      plain,
      one('{{top}}', '{{{top}}}', '{{yes}}', '{{n}}', '{{one.name}}', '{{one.tags.length}}'),
      conditional(one('yes', 'n', 'top', 'items', 'one', 'one.on', 'missing', 'missing.path'), tie('it')),
      inside('each items', inItem, tie('it')),
      inside('with one', inItem, tie('it')),
      inside('with missing', inItem, tie('it')),
      inside('each items as |x|', inNamed, tie('it')),
    ),
  ),
})).it;

test('renders like Handlebars in the part of the grammar that both share', () => {
  fc.assert(
    fc.property(template, data, (source, scope) => {
      const theirs = Handlebars.compile(source)(scope);
      expect(compileTemplate(source, { mode: 'html' }).render(scope, { now: 0 })).toBe(theirs);
    }),
    { numRuns: 400 },
  );
});

/** Written by hand, one for each thing both languages promise; every one is rendered with every data below. */
const corpus = [
  [
    '',
    'plain',
    '{{top}}',
    '{{{top}}}',
    '{{ top }}',
    '{{top}}{{top}}',
    '<p title="{{top}}">{{top}}</p>',
    "<b class='{{top}}'>",
  ],
  ['{{n}}', '{{one.name}}', '{{one.n}} of {{n}}', '{{items.length}}', '{{yes}}', 'a{{! no }}b'],
  ['a {{!-- {{top}} --}} b', '{ {top} }', '}} {{top}} }}', 'a\n{{top}}\nb\n', '\t{{top}}\r\n', '%} { % } {{n}} %'],
  ['{{#if yes}}y{{/if}}', '{{#if yes}}y{{else}}n{{/if}}', '{{#if n}}y{{else}}n{{/if}}', '{{#if top}}y{{else}}n{{/if}}'],
  ['{{#if items}}y{{else}}n{{/if}}', '{{#if one}}y{{else}}n{{/if}}', '{{#if missing}}y{{else}}n{{/if}}'],
  ['{{#if missing.path}}y{{else}}n{{/if}}', '{{#if yes}}{{#if n}}a{{else}}b{{/if}}{{else}}c{{/if}}'],
  [
    '{{#if missing}}a{{else if yes}}b{{else}}c{{/if}}',
    '{{#if missing}}a{{else if n}}b{{else if top}}c{{else}}d{{/if}}',
  ],
  ['{{#unless yes}}n{{/unless}}', '{{#unless n}}n{{else}}y{{/unless}}', '{{#unless items}}none{{/unless}}'],
  [
    '{{#each items}}{{name}};{{/each}}',
    '{{#each items}}{{this.name}};{{/each}}',
    '{{#each items}}{{{name}}};{{/each}}',
  ],
  [
    '{{#each items}}{{@index}}{{/each}}',
    '{{#each items}}{{#if @first}}[{{/if}}{{n}}{{#if @last}}]{{else}},{{/if}}{{/each}}',
  ],
  [
    '{{#each items}}x{{else}}none{{/each}}',
    '{{#each missing}}x{{else}}none{{/each}}',
    '{{#each one.tags}}[{{this}}]{{/each}}',
  ],
  [
    '{{#each items as |x|}}{{x.name}}{{@index}}{{/each}}',
    '{{#each items as |x|}}{{#each x.tags as |t|}}{{t}}{{x.n}}{{/each}}{{/each}}',
  ],
  [
    '{{#each items}}{{#each tags}}{{this}}{{@index}}{{/each}}{{@index}}{{/each}}',
    '{{#each items}}{{#if on}}{{name}}{{/if}}{{/each}}',
  ],
  ['{{#each items}}\n  {{name}}\n{{/each}}\n', '<ul>\n{{#each items}}\n<li>{{name}}</li>\n{{/each}}\n</ul>\n'],
  [
    '{{#with one}}{{name}}{{n}}{{/with}}',
    '{{#with one as |o|}}{{o.name}}{{o.n}}{{/with}}',
    '{{#with missing}}a{{else}}b{{/with}}',
  ],
  ['{{#with one}}{{#each tags}}{{this}}{{/each}}{{/with}}', '{{#with one}}{{#if on}}y{{else}}n{{/if}}{{/with}}'],
  ['a\n{{#if yes}}\nb\n{{else}}\nc\n{{/if}}\nd', 'a {{#if yes}}\nb{{/if}}\nc', '  {{#if yes}}  \n  b\n  {{/if}}  \n'],
  [
    '{{#if yes}}\n{{/if}}',
    '\n{{! alone }}\n{{top}}',
    '  {{!-- alone --}}\nx',
    'x {{! not alone }}\ny',
    '{{#if yes}}{{/if}}\n',
  ],
  [
    '{{#each items}}{{/each}}\n{{#each items}}\n{{/each}}',
    '{{#if yes}}\n\n{{/if}}\n\n',
    '{{#unless missing}}\n{{top}}\n{{/unless}}',
  ],
  [
    '<!-- fixed -->{{top}}',
    '<style>a > b {}</style>{{top}}',
    '<a title="{{top}}" class="{{n}}">{{#if yes}}&amp;{{/if}}</a>',
  ],
  [
    '<td {{#if yes}}class="a"{{/if}}>{{top}}</td>',
    '<p title="{{#if yes}}{{top}}{{else}}-{{/if}}">',
    '<p title="{{#each items}}{{n}} {{/each}}">',
  ],
].flat();
const samples = [
  { top: 'T <b> & "q"', yes: true, n: 2, one: { name: 'é&', n: 1, tags: ['<', '&amp;'], on: true } },
  { top: '', yes: false, n: 0, one: { name: '{{n}}', n: 0, tags: [], on: false } },
  {
    top: '€ 漢 😀 {{top}} %}',
    yes: true,
    n: 3,
    one: { name: '"', n: 3, tags: ['x'.repeat(100), '€<'.repeat(60)], on: true },
  },
].map((sample, i) => ({ ...sample, items: Array.from({ length: i === 1 ? 0 : i + 1 }, () => sample.one) }));

test(`renders ${corpus.length} templates written by hand like Handlebars`, () => {
  for (const source of corpus) {
    const [theirs, ours] = [Handlebars.compile(source), compileTemplate(source, { mode: 'html' })];
    for (const scope of samples) {
      expect([source, ours.render(scope, { now: 0 })]).toEqual([source, theirs(scope)]);
      expect(Buffer.from(ours.renderBytes(scope, { now: 0 })).equals(Buffer.from(theirs(scope)))).toBe(true);
    }
  }
});
