import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WholeItem } from './item.ts';
import { inEnvironment } from './item.ts';
import { ItemMemory } from './item-memory.ts';

const text = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .filter((one) => !/\p{Cc}|\p{Surrogate}/u.test(one));
const value = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
  fc.array(text, { maxLength: 3 }),
);
const attributes = fc.dictionary(fc.constantFrom('brand', 'size', 'color', 'ålder'), value, { noNullPrototype: true });
const item: fc.Arbitrary<WholeItem> = fc.record({
  id: fc.constantFrom('a', 'b', 'ö', 'd-4', 'e'),
  name: text,
  categories: fc.uniqueArray(text, { maxLength: 3 }),
  priceMinor: fc.option(fc.nat()),
  currency: fc.constantFrom('EUR', 'SEK', null),
  stock: fc.option(fc.integer({ min: -5, max: 5 })),
  url: fc.constantFrom('/x', null),
  imageUrl: fc.constantFrom('/x.png', null),
  attributes,
  variantOf: fc.constantFrom('a', 'group', null),
  updatedAt: fc.nat(),
  sold: fc.boolean(),
  environments: fc.dictionary(
    fc.constantFrom('staging', '4227'),
    fc.record({ sold: fc.boolean(), priceMinor: fc.nat(), attributes }, { requiredKeys: [] }),
    { noNullPrototype: true, maxKeys: 2 },
  ),
});

describe('items in memory', () => {
  it('are what was put in, in every environment, after any puts and deletes', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: item.map((put) => ({ put, gone: null })) },
      { weight: 1, arbitrary: fc.constantFrom('a', 'b', 'ö', 'e', 'never').map((gone) => ({ put: null, gone })) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        // Blocks of a few items, so that they are emptied again and again.
        const memory = new ItemMemory(400);
        const model = new Map<string, WholeItem>();
        for (const { put, gone } of steps) {
          if (put) {
            memory.put(put);
            model.set(put.id, put);
            memory.get(put.id, null);
            memory.get(put.id, 'staging');
          } else {
            memory.delete(gone);
            model.delete(gone);
          }
        }
        expect(memory.size).toBe(model.size);
        for (const id of ['a', 'b', 'ö', 'd-4', 'e', 'never']) {
          expect(memory.whole(id)).toEqual(model.get(id));
          for (const environment of [null, 'staging', '4227', 'other']) {
            const whole = model.get(id);
            expect(memory.get(id, environment)).toEqual(whole && inEnvironment(whole, environment));
          }
        }
        const members = [...model.values()].filter(({ id, variantOf }) => id === 'a' || variantOf === 'a');
        expect([...new Set(memory.variants('a'))].sort()).toEqual(members.map(({ id }) => id).sort());
        expect([...memory.all(null)].map(({ id }) => id).sort()).toEqual(
          [...model.values()]
            .filter(({ sold }) => sold)
            .map(({ id }) => id)
            .sort(),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('gives the place of gone items to new ones, and holes in the texts back', () => {
    const memory = new ItemMemory(4096);
    const named = (i: number, name: string): WholeItem => ({
      id: `i${i}`,
      name,
      categories: [],
      priceMinor: null,
      currency: null,
      stock: null,
      url: null,
      imageUrl: null,
      attributes: {},
      variantOf: null,
      updatedAt: 0,
      sold: true,
      environments: {},
    });
    for (let i = 0; i < 500; i++) memory.put(named(i, 'first'));
    for (let round = 0; round < 40; round++)
      for (let i = 0; i < 500; i++) memory.put(named(i, `name of round ${round}`));
    const before = memory.bytes;
    for (let round = 0; round < 40; round++)
      for (let i = 0; i < 500; i++) memory.put(named(i, `name of round ${round}`));
    expect(memory.bytes).toBeLessThanOrEqual(before + 2 * 4096);
    for (let i = 0; i < 500; i++) memory.delete(`i${i}`);
    for (let i = 500; i < 1000; i++) memory.put(named(i, 'again'));
    expect([memory.size, memory.end]).toEqual([500, 500]);
    expect(memory.get('i700', null)?.name).toBe('again');
    expect(memory.has('i3')).toBe(false);
  });
});
