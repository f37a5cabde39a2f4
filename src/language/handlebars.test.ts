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
      one('{{this.name}}', '{{name}}', '{{{name}}}', '{{ n }}', '{{on}}', '{{tags.length}}'),
      conditional(one('on', 'n', 'name', 'tags', 'missing'), tie('it')),
      inside('each tags', inTags, tie('it')),
    ),
  ),
})).it;
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
