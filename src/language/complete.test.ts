import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completionsAt, hoverAt, mapOf, typeOfJsonSchema } from './index.ts';
import type { EditorContext } from './index.ts';

const event = typeOfJsonSchema({
  required: ['cartId', 'lines'],
  properties: {
    cartId: { type: 'string', description: 'The shop’s id of the cart.' },
    kind: { enum: ['added', 'removed'] },
    'order-total': { type: 'number' },
    lines: {
      type: 'array',
      items: { properties: { sku: { type: 'string' }, price: { type: 'number' } }, required: ['sku', 'price'] },
    },
  },
});
const schema = mapOf({ event, profile: mapOf({ id: { type: { kind: 'text' } } }) });
const fragments = { card: { parameters: ['item', 'size'], source: '' } };

/** The bar is where the cursor is. */
function offered(marked: string, mode: EditorContext['mode'] = 'template') {
  const offset = marked.indexOf('¦');
  const source = marked.replace('¦', '');
  const { from, to, items } = completionsAt(source, offset, { schema, mode, fragments });
  return { labels: items.map(({ label }) => label), items, replaced: source.slice(from, to) };
}

function hovered(marked: string, mode: EditorContext['mode'] = 'expression') {
  const offset = marked.indexOf('¦');
  return hoverAt(marked.replace('¦', ''), offset, { schema, mode, fragments });
}

describe('completion', () => {
  test.each<[string, string, string[]]>([
    ['fields after a dot', 'event.¦', ['cartId', 'kind', 'order-total', 'lines']],
    ['the fields that begin like what is typed', 'event.ca¦', ['cartId']],
    ['fields of an item', 'event.lines[0].¦', ['sku', 'price']],
    ['fields of an item of a computed list', 'head(event.lines).¦', ['sku', 'price']],
    ['fields of what a condition looks at', 'count(event.lines) > 1 and event.lines.first(true).p¦', ['price']],
    ['the values the schema lists', 'event.kind = ¦', ['"added"', '"removed"']],
    ['functions', 'upperC¦', ['upperCase']],
    ['words after a value', 'event.cartId i¦', ['in', 'is null', 'is not null', 'is empty']],
  ])('gives %s: %s', (_, marked, expected) => {
    const labels = offered(marked, 'expression').labels;
    expect(labels.slice(0, expected.length)).toEqual(expected);
  });

  test('a name that is no plain word is written in back-ticks', () => {
    const { items, replaced } = offered('event.or¦', 'expression');
    expect(items[0]).toMatchObject({ label: 'order-total', insert: '`order-total`', detail: 'number, may be missing' });
    expect(replaced).toBe('or');
  });

  test('a function comes with its types and its sentence', () => {
    const [item] = offered('limi¦', 'expression').items;
    expect(item).toMatchObject({ insert: 'limit(', kind: 'function' });
    expect(item!.detail).toMatch(/^limit\(list: list.*, .*: number.*\): list/);
    expect(item!.doc).not.toBe('');
  });

  test.each<[string, string[]]>([
    ['Hello ¦', []],
    ['{{ev¦', ['event']],
    ['{{ev¦}} and more', ['event']],
    ['{{event.ca¦}}', ['cartId']],
    ['{%#if event.ki¦', ['kind']],
    ['{{#¦', ['if', 'unless', 'each', 'with']],
    ['{{#each event.lines as |line|}}{{line.¦', ['sku', 'price']],
    ['{{#each event.lines as |line|}}{{li¦', ['line', 'like']],
    ['{{#each event.lines}}{{s¦', ['sku']],
    ['{{#each event.lines as |line|}}x{{/each}}{{line¦', []],
    ['{% let first = event.lines[0] %}{{first.¦', ['sku', 'price']],
    ['{%= event.cartId ?: "}}" %}{%= event.ca¦', ['cartId']],
    ['{{fragment ¦', ['id=']],
    ['{{fragment id=¦', ['"card"']],
    ['{{fragment id="card" item=x ¦', ['size=']],
    ['{{! event.¦', []],
  ])('in a template: %s', (marked, expected) => {
    const { labels } = offered(marked);
    expect(labels.slice(0, expected.length)).toEqual(expected);
    if (expected.length === 0) expect(labels).toEqual([]);
  });
});

describe('hover', () => {
  test('a path has its type and its sentence', () => {
    expect(hovered('event.car¦tId = "x"')).toEqual({
      from: 6,
      to: 12,
      title: 'cartId: text',
      doc: 'The shop’s id of the cart.',
    });
    expect(hovered('event.li¦nes')?.title).toBe('lines: list of map of sku, price');
    expect(hovered('event.lines[0].pri¦ce > 1')?.title).toBe('price: number');
    expect(hovered('{{#each event.lines as |it|}}{{it.pri¦ce}}', 'template')?.title).toBe('price: number');
  });

  test('a function has its row', () => {
    expect(hovered('upperC¦ase(event.cartId)')?.title).toMatch(/^upperCase\(text: text\): text$/);
  });

  test('what is unknown, and plain text, have nothing', () => {
    expect(hovered('event.nope¦')).toBeNull();
    expect(hovered('plain wo¦rds', 'template')).toBeNull();
    expect(hovered('1 + ¦ 2')).toBeNull();
  });
});

test('no source and no place make the editor fail (trust row 93)', () => {
  const part = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '#each ',
    'event',
    '.',
    'lines',
    '[',
    ']',
    '(',
    ')',
    '"',
    '`',
    ' ',
    'as |x|',
    '=',
    'fragment ',
    '{{!',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), fc.nat(80), fc.boolean(), (parts, at, whole) => {
      const source = parts.join('');
      const offset = Math.min(at, source.length);
      const context: EditorContext = { schema, mode: whole ? 'template' : 'expression', fragments };
      const { from, to, items } = completionsAt(source, offset, context);
      expect(from <= to && to <= source.length && items.every(({ label }) => label !== '')).toBe(true);
      hoverAt(source, offset, context);
    }),
    { numRuns: 1500 },
  );
});
