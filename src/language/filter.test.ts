import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { planFilter } from './filter.ts';
import type { FilterNode } from './filter.ts';
import { compileExpression } from './render.ts';

const now = Date.UTC(2026, 10, 23, 10);
const options = { now };

function held(source: string, scope: Record<string, unknown>): unknown {
  return compileExpression(source).evaluate(scope, options);
}

/** What the parts say together. */
function taken(node: FilterNode, item: Record<string, unknown>, scope: Record<string, unknown>): boolean {
  if (node.kind === 'not') return !taken(node.of, item, scope);
  if (node.kind === 'given') return node.holds(scope, options);
  if (node.kind === 'atom') {
    let value: unknown = item;
    for (const step of node.field ?? []) value = (value as Record<string, unknown> | undefined)?.[step];
    return node.settle(scope, options).test(value);
  }
  const parts = node.of.map((part) => taken(part, item, scope));
  return node.kind === 'and' ? parts.every(Boolean) : parts.some(Boolean);
}

describe('matches, golden example 4', () => {
  test.each([
    [['ab', 'bc', 'de'], 'anyContain(v, "abc")', false],
    [['abcde', 'de', 'ef'], 'anyContain(v, "abc")', true],
    [['abcde', 'de', 'ef'], 'anyEqual(v, "abc")', false],
    [['abcde', 'de', 'ef'], 'anyStartWith(v, "abc")', true],
    [['abcde', 'de', 'ef'], 'not anyEqual(v, "abc")', true],
    [['101', '200', '125'], 'anyBetween(v, 100, 80, 120)', true],
    [['130', '191', '60', '75'], 'anyBetween(v, 100, 80, 120)', false],
  ])('%j: %s is %s', (v, source, expected) => {
    expect(held(source, { v })).toBe(expected);
  });
});

describe('matches', () => {
  test.each([
    // INC-6: read as doubles, what is none is passed over.
    ['anyAtLeast(v, ["x", "5"])', '5.0', true],
    ['anyAtLeast(v, "x")', '5', false],
    ['anyAtMost(v, [3, 10])', ['eleven', 9], true],
    ['anyAbove(v, 5)', 5, false],
    ['anyBelow(v, [5, 6])', 5, true],
    // Capitals count (INC-16); a number and a text that reads as it are the same.
    ['anyEqual(v, "nord")', 'Nord', false],
    ['anyEqual(v, "12.50")', 12.5, true],
    ['anyEqual(v, 12.5)', '12.50', true],
    ['anyEqual(v, "12.5")', '12.50', false],
    ['anyEqual(v, "true")', true, true],
    ['anyEqual(v, ["a", "b"])', ['c', 'b'], true],
    // Nothing there: positive matches fail, their negations hold (INC-7: all of none).
    ['anyEqual(v, "a")', null, false],
    ['not anyContain(v, "a")', [], true],
    ['anyEqual(v, null)', null, false],
    ['anyContain(v, "1")', 210, true],
    ['anyEndWith(v, ["-l", "-m"])', ['x-s', 'x-m'], true],
    // INC-8: from 0 %, without an upper end if none is said.
    ['anyBetween(v, 50, 90)', 1000, true],
    ['anyBetween(v, 50, 90)', 44.9, false],
    ['anyBetween(v, 19.9, 90, 110)', 21.89, true],
    ['anyBetween(v, ["10", "100"], 90, 110)', 95, true],
    ['anyBetween(v, null, 90, 110)', 95, false],
    ['hasAll(v, ["a", "b"])', ['b', 'c', 'a'], true],
    ['hasAll(v, ["a", "d"])', ['b', 'c', 'a'], false],
    ['hasAll(v, [])', ['a'], false],
    ['anyEqual(v, listed("a, b"))', 'b', true],
    ['anyEqual(v, "a, b")', 'b', false],
    ['anyEqual(v, listed(["a, b"]))', 'a, b', true],
  ])('%s of %j is %s', (source, v, expected) => {
    expect(held(source, { v })).toBe(expected);
  });
});

describe('a filter', () => {
  it('knows which parts are about the item alone, which field they read, and what is given', () => {
    const { tree, fixed } = planFilter(
      'request.sale = "yes" or (anyEqual(item.attributes.brand, "Nord") and item.price < key.price and not item.name = item.id)',
      'item',
    );
    expect(fixed).toBe(false);
    expect(tree).toMatchObject({
      kind: 'or',
      of: [
        { kind: 'given' },
        {
          kind: 'and',
          of: [
            { kind: 'atom', field: ['attributes', 'brand'], fixed: true },
            { kind: 'atom', field: ['price'], fixed: false },
            { kind: 'not', of: { kind: 'atom', field: null, fixed: true } },
          ],
        },
      ],
    });
  });

  it('is fixed when nothing but the item is asked, and not when the clock is', () => {
    expect(planFilter('item.price > 5 and item.categories has null', 'item').fixed).toBe(true);
    expect(planFilter('daysSince(item.attributes.since) < 30', 'item').fixed).toBe(false);
    expect(planFilter('inLastDays(item.attributes.since, 30)', 'item').fixed).toBe(false);
    expect(planFilter('inAudience("vip") and item.price > 5', 'item').fixed).toBe(false);
  });

  test.each(['happened("commerce.purchases")', 'item.price > random()', 'item.id = uuid()'])('refuses %s', (source) => {
    expect(() => planFilter(source, 'item')).toThrow(BeckonError);
  });

  it('settles equal values to equal keys', () => {
    const { tree } = planFilter('anyEqual(item.attributes.brand, key.attributes.brand)', 'item');
    const atom = tree as FilterNode & { kind: 'atom' };
    const keyOf = (brand: unknown) => atom.settle({ key: { attributes: { brand } } }, options).key;
    expect(keyOf('Nord')).toBe(keyOf('Nord'));
    expect(keyOf('Nord')).not.toBe(keyOf(['Nord', 'Fell']));
  });

  it('asked in parts it says the same as asked at once', () => {
    const text = fc.constantFrom('a', 'ab', 'abc', '10', '9.5', '', 'B');
    const scalar = fc.oneof(text, fc.constantFrom(0, 5, 9.5, 10, -1), fc.boolean(), fc.constant(null));
    const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
    const field = fc.constantFrom(
      'item.price',
      'item.name',
      'item.categories',
      'item.attributes.brand',
      'item.attributes.`a b`',
    );
    const side = fc.oneof(
      value.map((given) => JSON.stringify(given)),
      fc.constantFrom(
        'key.price',
        'key.attributes.brand',
        'request.brand',
        'profile.brand',
        'listed(request.brand)',
        '1 / 0',
        'upperCase(key.id)',
      ),
    );
    const atom = fc.oneof(
      fc
        .tuple(
          fc.constantFrom(
            'anyEqual',
            'anyContain',
            'anyStartWith',
            'anyEndWith',
            'anyAtLeast',
            'anyAtMost',
            'anyAbove',
            'anyBelow',
            'hasAll',
          ),
          field,
          side,
        )
        .map(([name, a, b]) => `${name}(${a}, ${b})`),
      fc
        .tuple(field, side, fc.constantFrom(0, 80, 90), fc.constantFrom(110, 1000))
        .map(([a, b, low, high]) => `anyBetween(${a}, ${b}, ${low}, ${high})`),
      fc
        .tuple(field, fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'in'), side)
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      fc.tuple(side, fc.constantFrom('=', '!=', '<', '<=', '>', '>='), field).map(([a, op, b]) => `${a} ${op} ${b}`),
      fc
        .tuple(field, fc.constantFrom('is null', 'is empty', 'is not empty', 'is numeric'))
        .map(([a, is]) => `${a} ${is}`),
      fc.tuple(field, field).map(([a, b]) => `${a} = ${b}`),
      fc.constantFrom(
        'contains(item.name, "a")',
        'item.price + 1 > 5',
        'request.brand is empty',
        'item.categories[0] = "a"',
        'count(item.categories) > 1',
      ),
    );
    const { rule } = fc.letrec<{ rule: string }>((tie) => ({
      rule: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        atom,
        fc.tuple(tie('rule'), fc.constantFrom('and', 'or'), tie('rule')).map(([a, op, b]) => `(${a} ${op} ${b})`),
        tie('rule').map((inner) => `not (${inner})`),
      ),
    }));
    const thing = fc.record({
      id: text,
      name: text,
      price: fc.constantFrom(null, 5, 9.5, 10),
      categories: fc.array(text, { maxLength: 3 }),
      attributes: fc.record({ brand: value, 'a b': value }),
    });
    fc.assert(
      fc.property(rule, thing, fc.option(thing), fc.tuple(value, value), (source, item, key, [asked, liked]) => {
        const filter = planFilter(source, 'item');
        const scope = { key, request: { brand: asked }, profile: { brand: liked } };
        expect(taken(filter.tree, item, scope)).toBe(filter.test({ ...scope, item }, options));
      }),
      { numRuns: 1500 },
    );
  });
});
