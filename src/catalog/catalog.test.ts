import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { Catalog } from './catalog.ts';
import type { ItemInput } from './input.ts';
import type { WholeItem } from './item.ts';
import { inStock, viewOf } from './item.ts';
import { merge } from './merge.ts';
import { migrations } from './table.ts';

const now = Date.UTC(2026, 10, 23, 10);
const coat: ItemInput = {
  id: 'coat-1',
  name: 'Winter coat',
  categories: ['coats', 'winter'],
  price: 129,
  currency: 'EUR',
  stock: 4,
  url: '/coat-1',
  attributes: { brand: 'Nord', size: ['S', 'M'] },
};

describe('the catalogue', () => {
  let store: Store;
  let catalog: Catalog;
  const clock = new FakeClock(now);

  beforeAll(async () => {
    store = await freshStore(migrations);
  });
  afterAll(async () => {
    await store.close();
  });
  beforeEach(async () => {
    await store.run({ text: 'delete from item' });
    await store.run({ text: 'delete from catalog_setting' });
    catalog = await Catalog.open(store, clock);
  });

  it('shows an item as soon as it is kept, and another replica after its reload', async () => {
    const other = await Catalog.open(store, clock);
    const { kept, changes, refused } = await catalog.upsert([coat]);
    expect({ kept, refused }).toEqual({ kept: 1, refused: [] });
    expect(changes).toEqual([{ id: 'coat-1', field: 'new', before: null, after: null, at: now }]);
    expect(viewOf(catalog.get('coat-1')!)).toEqual({
      id: 'coat-1',
      name: 'Winter coat',
      categories: ['coats', 'winter'],
      category: 'coats',
      price: 129,
      currency: 'EUR',
      stock: 4,
      inStock: true,
      url: '/coat-1',
      imageUrl: null,
      attributes: { brand: 'Nord', size: ['S', 'M'] },
      variantOf: null,
    });
    expect(other.get('coat-1')).toBeUndefined();
    await other.reload();
    expect(other.get('coat-1')).toEqual(catalog.get('coat-1'));
  });

  it('keeps what a write leaves out, replaces categories whole, and clears with null', async () => {
    await catalog.upsert([coat]);
    await catalog.upsert([
      { id: 'coat-1', categories: ['sale'], stock: null, attributes: { brand: null, fit: 'slim' } },
    ]);
    expect(viewOf(catalog.get('coat-1')!)).toMatchObject({
      name: 'Winter coat',
      price: 129,
      categories: ['sale'],
      stock: null,
      inStock: true,
      attributes: { size: ['S', 'M'], fit: 'slim' },
    });
  });

  it('tells price and stock apart as facts, with decimal prices', async () => {
    await catalog.upsert([coat]);
    const { changes } = await catalog.upsert([{ id: 'coat-1', price: 99.5, stock: 0 }]);
    expect(changes).toEqual([
      { id: 'coat-1', field: 'price', before: 129, after: 99.5, at: now },
      { id: 'coat-1', field: 'stock', before: 4, after: 0, at: now },
    ]);
    expect(inStock(catalog.get('coat-1')!)).toBe(false);
  });

  it('refuses bad rows one by one and keeps the others, even in one write', async () => {
    const bad = { id: 'x', price: '1,5' } as unknown as ItemInput;
    const { kept, refused } = await catalog.upsert([
      coat,
      { id: 'nameless', row: 9 },
      bad,
      { id: 'bad\u0000', name: 'Bad' },
    ]);
    expect(kept).toBe(1);
    expect(refused.map(({ row, id, code }) => [row, id, code])).toEqual([
      [3, 'x', 'ITEM_PRICE_INVALID'],
      [4, 'bad\u0000', 'ITEM_ID_INVALID'],
      [9, 'nameless', 'ITEM_NAME_MISSING'],
    ]);
    expect(catalog.size).toBe(1);
  });

  it('says nothing changed when the same feed comes twice', async () => {
    await catalog.upsert([coat]);
    const version = catalog.version;
    expect(await catalog.upsert([coat])).toEqual({ kept: 1, changes: [], refused: [], notes: [] });
    expect(catalog.version).toBe(version);
  });

  it('loses no field when two replicas write the same new item at once', async () => {
    const other = await Catalog.open(store, clock);
    await Promise.all([
      catalog.upsert([{ ...coat, stock: 1 }]),
      other.upsert([{ id: 'coat-1', name: 'Coat', imageUrl: '/1.png' }]),
    ]);
    await catalog.reload();
    await other.reload();
    expect(catalog.get('coat-1')).toEqual(other.get('coat-1'));
    expect(catalog.get('coat-1')).toMatchObject({ stock: 1, imageUrl: '/1.png', priceMinor: 12900 });
  });

  it('takes items out when asked, tells every replica, and takes them back as new', async () => {
    await catalog.upsert([coat]);
    const other = await Catalog.open(store, clock);
    expect(await catalog.remove(['coat-1', 'unknown'])).toEqual({
      removed: 1,
      changes: [{ id: 'coat-1', field: 'gone', before: null, after: null, at: now }],
    });
    await other.reload();
    expect([catalog.size, other.size]).toEqual([0, 0]);
    const { changes } = await catalog.upsert([{ id: 'coat-1', name: 'Coat' }]);
    expect(changes[0]?.field).toBe('new');
    expect(catalog.get('coat-1')?.stock).toBeNull();
  });

  it('gives the shop’s currency to a price without one', async () => {
    const swedish = await Catalog.open(store, clock, { currency: 'SEK' });
    await swedish.upsert([{ id: 'a', name: 'A', price: 10 }]);
    expect(viewOf(swedish.get('a')!)).toMatchObject({ price: 10, currency: 'SEK' });
  });

  it('holds an attribute to the type that the shop declares, and brings what is stored into it (CAT-8)', async () => {
    await catalog.upsert([
      { ...coat, attributes: { weight: '2', tags: 'new' }, environments: { uk: { attributes: { weight: '3' } } } },
      { ...coat, id: 'coat-2', attributes: { weight: 'about two' } },
      { ...coat, id: 'coat-3', attributes: { weight: 4 } },
    ]);
    const other = await Catalog.open(store, clock);

    await expect(catalog.declare('weight', { type: 'number' })).rejects.toMatchObject({
      code: 'ATTRIBUTE_VALUES_MISFIT',
      message: '1 of the values of "weight" are not one number: "about two" of item "coat-2"; nothing was changed',
    });
    expect(catalog.get('coat-1')!.attributes['weight']).toBe('2');
    expect(await catalog.declare('weight', { type: 'number', label: 'kg' }, { clear: true })).toEqual({
      changed: 2,
      cleared: 1,
    });
    expect(await catalog.declare('tags', { type: 'string', multi: true })).toEqual({ changed: 1, cleared: 0 });
    await other.reload();
    for (const one of [catalog, other]) {
      expect(['coat-1', 'coat-2', 'coat-3'].map((id) => one.get(id)!.attributes['weight'])).toEqual([2, undefined, 4]);
      expect(one.shelf('uk').get('coat-1')!.attributes).toEqual({ weight: 3, tags: ['new'] });
      expect(one.schema['weight']).toMatchObject({ type: 'number', label: 'kg', declared: true });
    }

    const { refused } = await other.upsert([
      { id: 'coat-1', attributes: { weight: '5' } },
      { id: 'coat-2', attributes: { weight: 'heavy' } },
    ]);
    expect(refused).toMatchObject([{ id: 'coat-2', code: 'ITEM_ATTRIBUTE_INVALID' }]);
    expect(other.get('coat-1')!.attributes['weight']).toBe(5);
    await other.undeclare('weight');
    expect((await other.upsert([{ id: 'coat-2', attributes: { weight: 'heavy' } }])).refused).toEqual([]);
    await expect(catalog.declare('weight', { type: 'float' as never })).rejects.toMatchObject({
      code: 'ATTRIBUTE_DECLARATION_INVALID',
    });
  });

  it('puts a base before pictures that name no host, in every environment and replica (CAT-5, LIM-3)', async () => {
    const picture = (id: string, imageUrl: string | null) => ({ ...coat, id, imageUrl });
    await catalog.upsert([
      { ...picture('a', 'small/a.png'), environments: { uk: { imageUrl: '/uk/a.png' } } },
      picture('b', 'https://pictures.example/b.png'),
      picture('c', '//pictures.example/c.png'),
      picture('d', null),
    ]);
    const other = await Catalog.open(store, clock);
    expect(other.get('a')!.imageUrl).toBe('small/a.png');

    await catalog.setImageBase('https://cdn.example/img/');
    await other.reload();

    for (const one of [catalog, other, await Catalog.open(store, clock)]) {
      expect(['a', 'b', 'c', 'd'].map((id) => one.get(id)!.imageUrl)).toEqual([
        'https://cdn.example/img/small/a.png',
        'https://pictures.example/b.png',
        '//pictures.example/c.png',
        null,
      ]);
      expect(one.shelf('uk').get('a')!.imageUrl).toBe('https://cdn.example/img/uk/a.png');
      expect([...one.all()].map(({ imageUrl }) => imageUrl)).toContain('https://cdn.example/img/small/a.png');
      expect(one.whole('a')!.imageUrl).toBe('small/a.png');
    }
    for (const bad of ['cdn.example', 'ftp://cdn.example', 'https://cdn.example/?size=']) {
      await expect(async () => catalog.setImageBase(bad)).rejects.toMatchObject({ code: 'ITEM_IMAGE_BASE_INVALID' });
    }
    await catalog.setImageBase(null);
    expect(catalog.get('a')!.imageUrl).toBe('small/a.png');
  });

  it('reads thousands of rows back as they were written', async () => {
    const rows = Array.from({ length: 2500 }, (_, i): ItemInput => ({
      id: `i${i}`,
      name: `Item ${i}`,
      price: i / 100,
      currency: 'EUR',
    }));
    await catalog.upsert(rows);
    const other = await Catalog.open(store, clock);
    expect([...other.all()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      [...catalog.all()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    expect(other.size).toBe(2500);
  });
});

describe('merging a write into an item', () => {
  const before: WholeItem = merge(undefined, coat, now);

  it('keeps the decimal price when only the currency changes its digits', () => {
    const after = merge(before, { id: 'coat-1', currency: 'JPY' }, now);
    expect([before.priceMinor, after.priceMinor]).toEqual([12900, 129]);
  });

  it('changes nothing that the write does not name, whatever it names', () => {
    const write = fc.record(
      {
        id: fc.constant('coat-1'),
        name: fc.constantFrom('A', 'B'),
        categories: fc.constantFrom(null, ['x']),
        price: fc.constantFrom(null, 1, 2.5),
        stock: fc.constantFrom(null, 0, 9),
        url: fc.constantFrom(null, '/x'),
        imageUrl: fc.constantFrom(null, '/y'),
      },
      { requiredKeys: ['id'] },
    );
    fc.assert(
      fc.property(write, (input) => {
        const after = merge(before, input as ItemInput, now);
        const names = {
          name: 'name',
          categories: 'categories',
          price: 'priceMinor',
          stock: 'stock',
          url: 'url',
          imageUrl: 'imageUrl',
        } as const;
        for (const [given, kept] of Object.entries(names)) {
          if (!(given in input)) expect(after[kept]).toEqual(before[kept]);
        }
        expect(after.attributes).toEqual(before.attributes);
      }),
    );
  });
});
