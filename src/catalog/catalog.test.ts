import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { Catalog } from './catalog.ts';
import { categoryKey } from './item-category.ts';
import { ItemMemory } from './item-memory.ts';
import { itemLimits, type ItemInput } from './input.ts';
import type { WholeItem } from './item.ts';
import { inStock, viewOf } from './item.ts';
import { merge } from './merge.ts';
import { PageItems } from './page-items.ts';
import { keyOfRequest } from './rule-context.ts';
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

  it('shows an item as soon as it is kept (recommendations CAT-15: one store), and another replica after its reload', async () => {
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

  it('keeps what a write leaves out, replaces categories whole, and clears with null (CAT-3, CAT-9)', async () => {
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

  it('takes items out when asked, tells every replica, and takes them back as new (CAT-13)', async () => {
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

  it('takes ids as shops have them, and refuses what no list of ids could carry (recommendations CAT-1)', async () => {
    const ids = ['coat_1-red', 'Coat_1-red', 'x'.repeat(256), 'a/b?c&d%e f', 4711 as unknown as string];
    const { kept, refused } = await catalog.upsert(ids.map((id) => ({ id, name: 'Coat' })));
    expect([kept, refused]).toEqual([5, []]);
    expect([...catalog.all()].map(({ id }) => id).sort()).toEqual(ids.map(String).sort());
    const bad = ['', ' ', 'a,b', 'x'.repeat(257), 'a\nb', ['a'] as unknown as string];
    const report = await catalog.upsert(bad.map((id) => ({ id, name: 'Coat' })));
    expect(report.refused.map(({ code }) => code)).toEqual(bad.map(() => 'ITEM_ID_INVALID'));
    expect(catalog.size).toBe(5);
  });

  it('takes a name of one line, longer than Target’s, and one is needed (recommendations CAT-2)', async () => {
    const names = ['Coat', 'x'.repeat(250), 'x'.repeat(500)];
    expect((await catalog.upsert(names.map((name, n) => ({ id: `n${n}`, name })))).refused).toEqual([]);
    expect(catalog.get('n2')!.name).toHaveLength(500);
    const { refused } = await catalog.upsert([
      { id: 'a', name: 'x'.repeat(501) },
      { id: 'b', name: 'two\nlines' },
      { id: 'c', name: ['Coat', 'Hat'] as unknown as string },
      { id: 'd' },
    ]);
    expect(refused.map(({ id, code }) => [id, code])).toEqual([
      ['a', 'ITEM_FIELD_INVALID'],
      ['b', 'ITEM_FIELD_INVALID'],
      ['c', 'ITEM_FIELD_INVALID'],
      ['d', 'ITEM_NAME_MISSING'],
    ]);
  });

  it('the category of a request is the longest of several, on a tie the last one (recommendations CAT-4)', () => {
    expect(categoryKey('womens,womens:sweaters,womens:sweaters:cardigans')).toBe('womens:sweaters:cardigans');
    expect(categoryKey(['hats', 'caps'])).toBe('caps');
    expect(categoryKey('["a, b","c"]')).toBe('a, b');
    expect([categoryKey(''), categoryKey(undefined)]).toEqual([null, null]);
  });

  it('keeps attributes by their exact names, within bounds, and none called environment (recommendations CAT-6)', async () => {
    const of = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, n]));
    const { refused } = await catalog.upsert([
      { ...coat, id: 'a', attributes: { colour: 'red', Colour: 'rot', text: 'x'.repeat(15_000) } },
      { ...coat, id: 'b', attributes: of(100) },
      { ...coat, id: 'c', attributes: of(101) },
      { ...coat, id: 'd', attributes: { text: 'x'.repeat(15_001) } },
    ]);
    expect(refused.map(({ id, code }) => [id, code])).toEqual([
      ['c', 'ITEM_ATTRIBUTE_INVALID'],
      ['d', 'ITEM_ATTRIBUTE_INVALID'],
    ]);
    expect(catalog.get('a')!.attributes).toMatchObject({ colour: 'red', Colour: 'rot' });
    const said = keyOfRequest(null, { 'entity.id': 'a', 'entity.environment': '7', 'entity.brand': 'Nord' });
    expect(said!.attributes).toEqual({ brand: 'Nord' });
  });

  it('a list is of one kind, replaces the list before, may be emptied, and may become one value again (CAT-7)', async () => {
    const write = async (sizes: unknown) => catalog.upsert([{ ...coat, attributes: { sizes } }]);
    const sizes = () => catalog.get('coat-1')!.attributes['sizes'];
    await write(['s', 'm']);
    await write(['l']);
    expect(sizes()).toEqual(['l']);
    for (const bad of [['s', 1], [['s']], Array.from({ length: 501 }, () => 's')]) {
      expect((await write(bad)).refused).toMatchObject([{ code: 'ITEM_ATTRIBUTE_INVALID' }]);
    }
    expect((await write(Array.from({ length: 500 }, (_, n) => n))).refused).toEqual([]);
    await write([]);
    expect(sizes()).toBeUndefined();
    await write('one');
    expect(sizes()).toBe('one');
  });

  it('the last source holds, but for the page, which overwrites nobody (recommendations CAT-11)', async () => {
    await catalog.upsert([{ id: 'x', name: 'By the feed', price: 10 }], { source: 'feed:main' });
    await catalog.upsert([{ id: 'x', name: 'By the API' }], { source: 'api' });
    await catalog.upsert([{ id: 'x', name: 'By the page', price: 1, attributes: { colour: 'red' } }], {
      source: 'page',
    });
    expect(catalog.get('x')).toMatchObject({ name: 'By the API', priceMinor: 1000, attributes: { colour: 'red' } });
    await catalog.upsert([{ id: 'x', name: 'By the feed' }], { source: 'feed:main' });
    expect(catalog.get('x')!.name).toBe('By the feed');
  });

  it('nothing expires, however long nobody speaks of it (recommendations CAT-12)', async () => {
    const later = new FakeClock(now);
    const long = await Catalog.open(store, later);
    await long.upsert([coat]);
    later.set(now + 3 * 365 * 24 * 3600 * 1000);
    await long.upsert([{ id: 'hat-1', name: 'Hat' }]);
    await long.reload();
    expect(viewOf(long.get('coat-1')!)).toMatchObject({ price: 129, attributes: { brand: 'Nord' } });
  });

  it('holds a million items at most, and refuses the write that would pass it whole (recommendations CAT-16)', async () => {
    expect(itemLimits.items).toBe(1_000_000);
    const memory = new ItemMemory();
    const many = 20_000;
    for (let n = 0; n < many; n++) {
      const input = { ...coat, id: `coat-${n}`, name: `Winter coat number ${n}`, url: `/coat-${n}` };
      memory.put(merge(undefined, input, now));
    }
    // A million of them would take less than this many megabytes outside the heap.
    expect((memory.bytes / many) * 1_000_000).toBeLessThan(500e6);
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

    await catalog.set({ imageBase: 'https://cdn.example/img/' });
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
      await expect(async () => catalog.set({ imageBase: bad })).rejects.toMatchObject({
        code: 'ITEM_IMAGE_BASE_INVALID',
      });
    }
    await catalog.set({ imageBase: null });
    expect(catalog.get('a')!.imageUrl).toBe('small/a.png');
  });

  it('has one environment for all who name none, in every replica, facts and all (CAT-14, LIM-3)', async () => {
    await catalog.upsert([{ ...coat, environments: { uk: { price: 99, currency: 'GBP' } } }]);
    const other = await Catalog.open(store, clock);
    await catalog.set({ environment: 'uk' });
    await other.reload();
    for (const one of [catalog, other, await Catalog.open(store, clock)]) {
      expect(one.settings).toEqual({ imageBase: null, fromPages: false, environment: 'uk' });
      expect(viewOf(one.get('coat-1')!)).toMatchObject({ price: 99, currency: 'GBP' });
      expect([...one.all()][0]!.currency).toBe('GBP');
      expect(one.shelf(null).get('coat-1')!.currency).toBe('GBP');
      expect(one.shelf('elsewhere').get('coat-1')!.currency).toBe('EUR');
    }
    const { changes } = await catalog.upsert([{ id: 'coat-1', environments: { uk: { price: 89, currency: 'GBP' } } }]);
    expect(changes).toMatchObject([{ field: 'price', before: 99, after: 89 }]);
    expect((await catalog.upsert([{ id: 'coat-1', price: 120 }])).changes).toEqual([]);
    await expect(async () => catalog.set({ environment: 'a b' })).rejects.toMatchObject({ code: 'ITEM_FIELD_INVALID' });
    await catalog.set({ environment: null });
    expect(viewOf(catalog.get('coat-1')!)).toMatchObject({ price: 120, currency: 'EUR' });
  });

  describe('what pages say (CAT-11, decision 14)', () => {
    const heard = () => new PageItems({ catalog, clock, log: quietLog, hosts: ['shop.example'] });
    const said = {
      name: 'Scarf',
      categoryId: 'winter,winter:scarves',
      value: '19.90',
      sizes: '["S","M"]',
      season: ' ',
    };

    it('is not heard unless the shop wants it', async () => {
      const pages = heard();
      expect(pages.tell('scarf', said)).toBeNull();
      expect([pages.isOn, await pages.work(), catalog.size]).toEqual([false, 0, 0]);
    });

    it('makes items and fills gaps, and never overwrites what a feed or the API said', async () => {
      await catalog.set({ fromPages: true });
      await catalog.upsert([coat], { source: 'feed:main' });
      const pages = heard();
      expect(pages.tell('scarf', said)).toBeNull();
      expect(pages.tell('coat-1', { name: 'Cheap!', value: '1', thumbnailUrl: '/coat.jpg', brand: 'Fake' })).toBeNull();
      expect(await pages.work()).toBe(2);
      expect(viewOf(catalog.get('scarf')!)).toMatchObject({
        name: 'Scarf',
        categories: ['winter', 'winter:scarves'],
        price: 19.9,
        attributes: { sizes: ['S', 'M'] },
      });
      expect(catalog.get('scarf')!.attributes).not.toHaveProperty('season');
      expect(viewOf(catalog.get('coat-1')!)).toMatchObject({
        name: 'Winter coat',
        price: 129,
        imageUrl: '/coat.jpg',
        attributes: { brand: 'Nord' },
      });
      // The last page to speak holds among pages; a feed speaks over them all.
      pages.tell('scarf', { value: '15.00' });
      await pages.work();
      expect(viewOf(catalog.get('scarf')!)).toMatchObject({ name: 'Scarf', price: 15 });
      await catalog.upsert([{ id: 'scarf', price: 12 }], { source: 'feed:main' });
      pages.tell('scarf', { value: '1.00' });
      await pages.work();
      expect(viewOf(catalog.get('scarf')!).price).toBe(12);
    });

    it('is written once, however often it is said, and not at all without a name', async () => {
      await catalog.set({ fromPages: true });
      const pages = heard();
      for (let n = 0; n < 3; n++) pages.tell('scarf', said);
      pages.tell('nameless', { value: '5' });
      expect(await pages.work()).toBe(1);
      const { version } = catalog;
      pages.tell('scarf', said);
      expect([await pages.work(), catalog.version, catalog.size]).toEqual([0, version, 1]);
    });

    it('is refused where it cannot be, or leads away from the shop', async () => {
      await catalog.set({ fromPages: true, imageBase: 'https://cdn.example/' });
      const pages = heard();
      const of = (more: object) => pages.tell('scarf', { name: 'Scarf', ...more })?.code ?? null;
      expect(of({ pageUrl: 'https://evil.example/scarf' })).toBe('ITEM_PAGE_REFUSED');
      expect(of({ thumbnailUrl: '//evil.example/scarf.jpg' })).toBe('ITEM_PAGE_REFUSED');
      expect(of({ pageUrl: 'javascript:alert(1)' })).toBe('ITEM_FIELD_INVALID');
      expect(of({ value: '15,99' })).toBe('ITEM_PRICE_INVALID');
      expect(pages.tell('a,b', { name: 'Two' })?.code).toBe('ITEM_ID_INVALID');
      expect(await pages.work()).toBe(0);
      expect(of({ pageUrl: 'https://shop.example/scarf', thumbnailUrl: 'https://cdn.example/scarf.jpg' })).toBeNull();
      expect(await pages.work()).toBe(1);
    });

    it('waits for the next time where it could not be written', async () => {
      await catalog.set({ fromPages: true });
      let isDown = true;
      const upsert: Catalog['upsert'] = (rows, how) =>
        isDown ? Promise.reject(new Error('no database')) : catalog.upsert(rows, how);
      const { settings } = catalog;
      const parts = { settings, upsert, whole: (id: string) => catalog.whole(id) };
      const pages = new PageItems({ catalog: parts, clock, log: quietLog, hosts: [] });
      pages.tell('scarf', { name: 'Scarf', value: '10' });
      await expect(pages.work()).rejects.toThrow('no database');
      pages.tell('scarf', { value: '12' });
      isDown = false;
      expect(await pages.work()).toBe(1);
      expect(viewOf(catalog.get('scarf')!)).toMatchObject({ name: 'Scarf', price: 12 });
    });

    it('cannot fill the catalogue: at most a thousand wait, and ten thousand are new in a day', async () => {
      await catalog.set({ fromPages: true });
      const pages = heard();
      const invent = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, n) => pages.tell(`i${from + n}`, { name: 'Invented' })).filter(Boolean);
      for (let round = 0; round < 10; round++) {
        expect(invent(round * 1000, round * 1000 + 1001)).toHaveLength(1);
        await pages.work();
      }
      expect(catalog.size).toBe(10_000);
      expect(invent(20_000, 20_001)).toMatchObject([{ why: 'Pages have brought 10000 new items today' }]);
      clock.advance(24 * 3600 * 1000);
      expect(invent(20_000, 20_001)).toEqual([]);
    });
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
