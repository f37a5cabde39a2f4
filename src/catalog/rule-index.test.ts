import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFilter } from '../language/index.ts';
import type { Item } from './item.ts';
import { viewOf } from './item.ts';
import { shuffled } from '../base/index.ts';
import { dearest } from './promotion-order.ts';
import { Bits } from './rule-bits.ts';
import { grouped, ItemNumbers, RuleIndex } from './rule-index.ts';

const now = Date.UTC(2026, 10, 23, 10);

function itemOf(id: string, more: Partial<Item> = {}): Item {
  const empty = { url: null, imageUrl: null, variantOf: null, updatedAt: now };
  return {
    id,
    name: id,
    categories: [],
    priceMinor: null,
    currency: null,
    stock: null,
    attributes: {},
    ...empty,
    ...more,
  };
}

function sourceOf(items: Map<string, Item>) {
  return { all: () => items.values(), get: (id: string) => items.get(id) };
}

/** Ids of the items that pass, found through the index. */
function passing(index: RuleIndex, source: string, scope: Record<string, unknown> = {}): string[] {
  const test = index.bind(grouped(planFilter(source, 'item').tree), { scope, options: { now } });
  return [...index.members()]
    .filter((n) => (typeof test === 'boolean' ? test : test(n)))
    .map((n) => index.numbers.idOf(n));
}

describe('a set of numbers', () => {
  it('is what a Set of JavaScript is', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.boolean()), { maxLength: 60 }), (steps) => {
        const [bits, set] = [new Bits(), new Set<number>()];
        for (const [number, on] of steps) {
          bits.set(number, on);
          if (on) set.add(number);
          else set.delete(number);
        }
        expect([...bits.members()]).toEqual([...set].sort((a, b) => a - b));
        expect(bits.count).toBe(set.size);
        expect(bits.has(1000)).toBe(false);
      }),
    );
  });
});

describe('the index of rules', () => {
  const text = fc.constantFrom('a', 'ab', 'b', '10', '9.5', '');
  const value = fc.oneof(text, fc.constantFrom(5, 10), fc.boolean(), fc.array(text, { maxLength: 3 }));
  const change = fc.record({
    id: fc.constantFrom('i1', 'i2', 'i3', 'i4', 'i5'),
    gone: fc.boolean(),
    name: text,
    categories: fc.array(text, { maxLength: 3 }),
    priceMinor: fc.constantFrom(null, 500, 1000, 950),
    stock: fc.constantFrom(null, 0, 3),
    attributes: fc.dictionary(fc.constantFrom('brand', 'tags'), value),
  });
  const field = fc.constantFrom(
    'item.name',
    'item.price',
    'item.stock',
    'item.categories',
    'item.attributes.brand',
    'item.attributes.tags',
  );
  const side = fc.oneof(
    value.map((given) => JSON.stringify(given)),
    fc.constantFrom('key.price', 'key.attributes.brand', 'request.a', 'profile.a'),
  );
  const atom = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('anyEqual', 'anyContain', 'anyStartWith', 'anyEndWith', 'anyAtLeast', 'anyAtMost', 'hasAll'),
        field,
        side,
      )
      .map(([name, a, b]) => `${name}(${a}, ${b})`),
    fc.tuple(field, fc.constantFrom('=', '<', '>=', 'in'), side).map(([a, op, b]) => `${a} ${op} ${b}`),
    fc.tuple(field, fc.constantFrom('is null', 'is not empty')).map(([a, is]) => `${a} ${is}`),
    fc.constantFrom(
      'item.name = item.attributes.brand',
      'request.a is empty',
      'item.inStock',
      'anyBetween(item.price, key.price, 80, 120)',
    ),
  );
  const { rule } = fc.letrec<{ rule: string }>((tie) => ({
    rule: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc
        .array(tie('rule'), { minLength: 2, maxLength: 4 })
        .chain((parts) => fc.constantFrom(' and ', ' or ').map((op) => `(${parts.join(op)})`)),
      tie('rule').map((inner) => `not (${inner})`),
    ),
  }));

  it('answers as asking each item does, whatever rules and whatever changes (property)', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        fc.array(change, { minLength: 1, maxLength: 12 }),
        fc.tuple(value, value),
        (rules, changes, [asked, liked]) => {
          const items = new Map<string, Item>();
          const index = new RuleIndex(sourceOf(items), new ItemNumbers());
          const filters = rules.map((source) => ({ source, filter: planFilter(source, 'item') }));
          const trees = filters.map(({ filter }) => grouped(filter.tree));
          for (const { id, gone, ...fields } of changes) {
            if (gone) items.delete(id);
            else items.set(id, itemOf(id, fields));
            index.changed(id);
            const key = items.get('i1');
            const scope = { key: key ? viewOf(key) : null, request: { a: asked }, profile: { a: liked } };
            for (const [i, { source, filter }] of filters.entries()) {
              const wanted = [...items.values()]
                .filter((item) => filter.test({ ...scope, item: viewOf(item) }, { now }))
                .map((item) => item.id);
              const test = index.bind(trees[i]!, { scope, options: { now } });
              const found = [...index.members()]
                .filter((n) => (typeof test === 'boolean' ? test : test(n)))
                .map((n) => index.numbers.idOf(n));
              expect(found.sort(), source).toEqual(wanted.sort());
              expect(passing(index, source, scope).sort(), source).toEqual(wanted);
            }
            expect(index.size).toBe(items.size);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('counts a rule about the item alone without asking the items again, also after changes', () => {
    const items = new Map(['a', 'b', 'c'].map((id, i) => [id, itemOf(id, { priceMinor: i * 1000 })]));
    const index = new RuleIndex(sourceOf(items), new ItemNumbers());
    const { tree } = planFilter('item.price >= 10', 'item');
    expect(index.setOf(tree).bits.count).toBe(2);
    items.set('a', itemOf('a', { priceMinor: 9900 }));
    index.changed('a');
    items.delete('b');
    index.changed('b');
    items.set('d', itemOf('d', { priceMinor: 1000 }));
    index.changed('d');
    const set = index.setOf(tree);
    expect([...set.bits.members()].map((n) => index.numbers.idOf(n))).toEqual(['a', 'c', 'd']);
    expect(index.size).toBe(3);
  });

  it('is ready after preparing, whatever changes meanwhile', async () => {
    const items = new Map(Array.from({ length: 20_000 }, (_, i) => [`i${i}`, itemOf(`i${i}`, { priceMinor: i })]));
    const index = new RuleIndex(sourceOf(items), new ItemNumbers());
    const { tree } = planFilter('item.price < 50', 'item');
    const ready = index.prepare([tree]);
    for (const id of ['i1', 'i10000', 'i19999']) {
      items.set(id, itemOf(id, { priceMinor: 1_000_000 }));
      index.changed(id);
    }
    items.set('new', itemOf('new', { priceMinor: 1 }));
    index.changed('new');
    await ready;
    expect(index.setOf(tree).bits.count).toBe(5000 - 1 + 1);
  });

  it('keeps one number an item in all environments, and reads what another environment brought', () => {
    const numbers = new ItemNumbers();
    const [usual, other] = [new Map([['a', itemOf('a')]]), new Map([['b', itemOf('b', { name: 'x' })]])];
    const [one, two] = [new RuleIndex(sourceOf(usual), numbers), new RuleIndex(sourceOf(other), numbers)];
    const { tree } = planFilter('item.name = "x"', 'item');
    expect(one.setOf(tree).bits.count).toBe(0);
    usual.set('c', itemOf('c', { name: 'x' }));
    one.changed('c');
    two.changed('c');
    expect(numbers.find('c')).toBe(2);
    expect([...one.setOf(tree).bits.members()]).toEqual([2]);
    expect([...two.setOf(tree).bits.members()]).toEqual([1]);
  });

  it('looks at own attributes only', () => {
    const items = new Map([['a', itemOf('a', { attributes: { real: 'x' } })]]);
    const index = new RuleIndex(sourceOf(items), new ItemNumbers());
    expect(passing(index, 'item.attributes.constructor is null and item.attributes.`__proto__` is null')).toEqual([
      'a',
    ]);
    expect(passing(index, 'item.attributes.real = "x"')).toEqual(['a']);
  });
});

describe('the order of promoted items', () => {
  it('is by price from the highest, then by id, in stock only (PRO-3), however many there are', () => {
    const thing = fc.record({ priceMinor: fc.constantFrom(null, 100, 200, 300), stock: fc.constantFrom(null, 0, 1) });
    fc.assert(
      fc.property(fc.array(thing, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (things, limit) => {
        const list = things.map((one, i) => itemOf(`i${(i * 7) % 40}`, one));
        const items = new Map(list.map((item) => [item.id, item]));
        const index = new RuleIndex(sourceOf(items), new ItemNumbers());
        const wanted = [...items.values()]
          .filter(({ stock }) => stock !== 0)
          .sort((a, b) => (b.priceMinor ?? -1) - (a.priceMinor ?? -1) || (a.id < b.id ? -1 : 1))
          .slice(0, limit)
          .map(({ id }) => id);
        expect(dearest(index, true, limit)).toEqual(wanted);
      }),
    );
  });

  it('shuffles the same for the same seed', () => {
    const list = Array.from({ length: 30 }, (_, i) => i);
    expect(shuffled(list, 'ada/2026-11-24')).toEqual(shuffled(list, 'ada/2026-11-24'));
    expect(shuffled(list, 'ada/2026-11-24')).not.toEqual(shuffled(list, 'bob/2026-11-24'));
    expect(shuffled(list, 'x').sort((a, b) => a - b)).toEqual(list);
  });
});
