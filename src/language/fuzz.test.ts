import { randomInt } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastSpent } from '../../test/support/spent.ts';
import { BeckonError } from '../base/index.ts';
import { functionNames } from './functions.ts';
import { compileExpression, compileTemplate, historyOf } from './index.ts';
import type { EscapeMode, Scope } from './index.ts';

/**
 * Fuzzing. BECKON_FUZZ_MS is the time of each property (default 1,500), BECKON_FUZZ_SEED the seed (default: a new one,
 * printed). A failure prints its seed and the smallest source that shows it.
 */
const timeMs = Number(process.env['BECKON_FUZZ_MS'] ?? 1500);
const seed = Number(process.env['BECKON_FUZZ_SEED'] ?? randomInt(2 ** 31));
process.stdout.write(`language fuzzing: BECKON_FUZZ_SEED=${seed} BECKON_FUZZ_MS=${timeMs}\n`);
const parameters = {
  seed,
  numRuns: 1_000_000,
  interruptAfterTimeLimit: timeMs,
  markInterruptAsFailure: false,
  // Making a failing source smaller must end too.
  timeout: 60_000,
};
const testMs = timeMs * 4 + 60_000;

const now = Date.UTC(2026, 10, 23, 10);
const modes: EscapeMode[] = ['html', 'text', 'header', 'json'];
/** Would be an element, end an attribute, begin a reference, and be a template, if it were not escaped. */
const canary = `<i id=x>"'&lt;&amp;{{n}}{%= n %}\\`;
const scope: Scope = {
  profile: { firstName: canary, orders: [], cart: { lines: [{ item: canary, quantity: 2 }] } },
  items: [
    { name: `A ${canary}`, price: 12.5, tags: ['x', canary] },
    { name: null, price: '3' },
  ],
  n: 3,
  s: canary,
  t: true,
  at: '2026-11-20T08:00:00Z',
  [canary]: canary,
};
const history = historyOf([
  { id: '1', types: ['commerce.purchases'], at: now - 1000, order: { total: 12 }, items: [{ id: canary, price: 3 }] },
  { id: '2', types: ['view'], at: now - 86_400_000, name: canary },
]);
const options = { now, history, random: () => 0.5, limits: { steps: 20_000 } };

/** The result, or null for a registered error; any other throw, and more than a second of the processor, fails. */
function outcome(work: () => unknown): unknown {
  const { value, ms } = leastSpent(1000, () => resultOf(work));
  if (ms > 1000) throw new Error(`it took ${ms} ms of the processor`);
  return value;
}

function resultOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof BeckonError) return null;
    throw error;
  }
}

function render(source: string, mode: EscapeMode): string | null {
  return outcome(() => compileTemplate(source, { mode }).render(scope, options)) as string | null;
}

function evaluate(source: string): unknown {
  return outcome(() => compileExpression(source).evaluate(scope, options));
}

function everywhere(source: string): void {
  for (const mode of modes) render(source, mode);
  evaluate(source);
}

const words = [
  ['{{', '}}', '{{{', '}}}', '{%', '%}', '{%=', '{{#if ', '{{#each ', '{{/if}}', '{{/each}}', '{{else}}', ' as |x|'],
  ['{{#with profile}}', '{{/with}}', '{{#unless n}}', '{{/unless}}', '{% let a = ', '{%else if n%}', '{{!--', '--}}'],
  ['items', 'profile.firstName', 'x.name', 'this', '@index', 'n', 's', 'count(', ')', '(', '[', ']', ',', '.', '..'],
  ['"', "'", '`', '\\', ' and ', ' or ', ' not ', ' in ', '=', '?:', '+', '-', '1', '0.5', '1e99', '{', '}', ': '],
  ['happened("view", ', 'where: ', 'within: "P1D"', 'sum("commerce.purchases", of: ', 'event.', 'item.', ' is null'],
  ['.all(', '@event{', '#{', '${', 'fragment id="a"', '{% if n %}', 'topN(items, price, 2)', 'join(', '\n', ' '],
  ['<a href="', '">', '<script>', '</script>', '<!--', '-->', '<p ', ' style="', 'url(', '<![endif]', '\0', '\ud800'],
].flat();
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
);

const names = [...functionNames()];
const grammar = fc.letrec<{ expression: string; leaf: string; call: string; binary: string }>((tie) => ({
  leaf: fc.constantFrom(
    ...[
      ['items', 'items[0]', 'items[1].name', 'items[0].tags', 'profile', 'profile.firstName', 'n', 's', 't', 'at'],
      ['null', 'true', '"a"', '"<b>"', `"it's"`, '-1', '0', '2.5', 'missing.path', '[1, "b"]', '[s, s]', 'x', 'now()'],
      ['"yyyy-MM-dd"', '"P1D"', '"Europe/Stockholm"', '"de_DE"', '"EUR"', '"(a+)+$"', '"."', 'price', '[1..3]'],
      ['happened("view")', 'count("commerce.purchases", within: "P1D")', 'last("view").name', 'first("view")'],
    ].flat(),
  ),
  call: fc
    .tuple(fc.constantFrom(...names), fc.array(tie('expression'), { maxLength: 4 }))
    .map(([name, args]) => `${name}(${args.join(', ')})`),
  binary: fc
    .tuple(
      tie('expression'),
      fc.constantFrom('+', '-', '*', '/', '%', '=', '!=', '<', '>=', 'and', 'or', '?:', 'in', 'not in'),
      tie('expression'),
    )
    .map(([left, op, right]) => `(${left}) ${op} (${right})`),
  expression: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('call'), tie('binary')),
}));
const { expression } = grammar;
const template = fc.letrec<{ it: string }>((tie) => ({
  it: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      'text ',
      '{{s}}',
      '{{n}}',
      '<p title="{{s}}">{{s}}</p>',
      "<p title='{{{s}}}'>{{items[0].name}}</p>",
    ),
    expression.map((source) => `{%= (${source}) ?: "-" %}`),
    expression.map((source) => `<p title="{%= (${source}) ?: "-" %}">{%= (${source}) ?: "-" %}</p>`),
    expression.map((source) => `<a href="/?q={%= (${source}) ?: "-" %}">{%= (${source}) ?: "-" %}</a>`),
    expression.map((source) => `<a style="color: {%= (${source}) ?: "-" %}">x</a>`),
    fc.tuple(expression, tie('it')).map(([value, rest]) => `{% let x = ${value} %}${rest}`),
    fc.tuple(expression, tie('it'), tie('it')).map(([when, a, b]) => `{%#if ${when}%}${a}{%else%}${b}{%/if%}`),
    fc.tuple(expression, tie('it')).map(([list, body]) => `{{#each ${list} as |x|}}${body}{{else}}none{{/each}}`),
    fc.tuple(expression, tie('it')).map(([value, body]) => `{{#with ${value} as |x|}}${body}{{/with}}`),
    fc.tuple(tie('it'), tie('it')).map((both) => both.join('')),
  ),
})).it;

describe('fuzzing: a result or a registered error, soon, and nothing else', () => {
  test(
    'on any bytes',
    () => {
      fc.assert(fc.property(anyText, everywhere), parameters);
    },
    testMs,
  );

  test(
    'on words of the language in any order',
    () => {
      const word = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...words) }, anyText);
      const soup = fc.array(word, { maxLength: 30 }).map((parts) => parts.join(''));
      fc.assert(fc.property(soup, everywhere), parameters);
    },
    testMs,
  );

  test(
    'on sources that were right until pieces were lost, doubled or put elsewhere',
    () => {
      const place = fc.double({ min: 0, max: 1, noNaN: true });
      const cuts = fc.array(fc.tuple(place, place, place, fc.constantFrom(...words, '')), {
        minLength: 1,
        maxLength: 4,
      });
      fc.assert(
        fc.property(template, cuts, (source, changes) => {
          everywhere(changes.reduce((text, [from, to, at, word]) => cut(text, [from, to, at], word), source));
        }),
        parameters,
      );
    },
    testMs,
  );

  test(
    'on expressions of the grammar, with every function: a plain value, the same each time',
    () => {
      fc.assert(
        fc.property(expression, (source) => {
          const value = evaluate(source);
          expect(value).not.toBeUndefined();
          expect(value).not.toBeNaN();
          expect(typeof value).not.toBe('function');
          expect(evaluate(source)).toEqual(value);
        }),
        parameters,
      );
    },
    testMs,
  );

  test(
    'on templates of the grammar: data and texts never come out unescaped (trust rows 93, 94)',
    () => {
      let printed = 0;
      fc.assert(
        fc.property(template, (source) => {
          const html = render(source, 'html');
          if (html === null) return;
          if (html.includes('&lt;i id=x')) printed++;
          expect(markupIn(html)).toBe('');
        }),
        parameters,
      );
      // The property would hold for nothing at all: the canary did come out.
      expect(printed).toBeGreaterThan(5);
    },
    testMs,
  );
});

/** A piece of the text taken out and put in elsewhere, with a word. */
function cut(text: string, [from, to, at]: [number, number, number], word: string): string {
  const [start, end] = [Math.min(from, to), Math.max(from, to)].map((part) => Math.floor(part * text.length));
  const rest = text.slice(0, start) + text.slice(end);
  const place = Math.floor(at * rest.length);
  return rest.slice(0, place) + word + (at > 0.5 ? text.slice(start, end) : '') + rest.slice(place);
}

/** What is left of a page without the tags that the templates write themselves: what could be read as markup. */
function markupIn(html: string): string {
  const own = /<p title=(?:"[^"<>]*"|'[^'<>]*')>|<a (?:href|style)="[^"<>]*">|<\/[pa]>/g;
  const references = /&(?:amp|lt|gt|quot|#39);/g;
  return html
    .replace(own, '')
    .replace(references, '')
    .replace(/[^<>"'&]/g, '');
}
