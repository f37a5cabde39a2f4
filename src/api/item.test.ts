import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Catalog, migrations, RuleBook } from '../catalog/index.ts';
import { Recommender } from '../recommend/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { secretKey, fakeHouse, publishableKey, readKey, startedAt } from '../../test/support/house.ts';
import type { ItemAttributes, ItemList, ItemPage } from './contract-item.ts';
import { buildServer } from './server.ts';

let store: Store;
let app: FastifyInstance;

const item = (id: string, name: string, rest: object = {}) => ({
  id,
  name,
  price: 100,
  categories: ['coats'],
  ...rest,
});

beforeAll(async () => {
  store = await freshStore(migrations);
  const house = fakeHouse();
  const { clock, ids } = house;
  const catalog = await Catalog.open(store, clock, { currency: 'EUR' });
  await catalog.upsert([
    item('parka', 'Parka', { price: 200, attributes: { brand: 'Nord', colours: ['green', 'blue'], weight: 2 } }),
    item('anorak', 'Anorak', { stock: 0, attributes: { brand: 'Fell' } }),
    item('cap-red', 'Cap, red', { price: 20, categories: ['hats'], variantOf: 'cap' }),
    item('cap-blue', 'Cap, blue', { price: 20, categories: ['hats'], variantOf: 'cap', attributes: { brand: 'Nord' } }),
  ]);
  const rules = await RuleBook.open({ store, clock, catalog, zone: 'UTC' });
  await rules.definitions.put('collection', 'nord', {
    input: { name: 'Nord', rules: ['item.attributes.brand = "Nord"'] },
    by: null,
  });
  await rules.definitions.put('exclusion', 'red', { input: { name: 'Red', rules: ['item.id = "cap-red"'] }, by: null });
  await rules.definitions.put('exclusion', 'off', {
    input: { name: 'Off', rules: ['item.price > 0'], on: false },
    by: null,
  });
  await rules.definitions.put('promotion', 'best', {
    input: { name: 'Best', collection: 'nord', rules: ['item.price > 50'] },
    by: null,
  });
  const recommender = new Recommender({ catalog, clock, ids, rules });
  const seen = (s: string, i: string, k: 'view' | 'purchase' = 'view') =>
    recommender.learn({ p: s, s, i, k, t: startedAt - 3_600_000 });
  for (const visit of ['1', '2', '3']) for (const id of ['parka', 'cap-blue']) seen(visit, id);
  seen('1', 'parka', 'purchase');
  app = await buildServer(Object.assign(house, { catalog, rules, recommend: recommender }));
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function get<T>(url: string, key = readKey) {
  const answer = await app.inject({ method: 'GET', url: `/v1${url}`, headers: { authorization: `Bearer ${key}` } });
  return { status: answer.statusCode, body: answer.json<T>() };
}

it('the catalogue is searched by name, id, category and stock, and sorted by what visits did (CAT-15)', async () => {
  const { body } = await get<ItemList>('/items?sort=viewed&limit=2');
  expect(body).toMatchObject({ matches: 4, of: 4 });
  expect(body.items.map(({ id, lately }) => [id, lately.viewed, lately.bought])).toEqual([
    ['cap-blue', 3, 0],
    ['parka', 3, 1],
  ]);
  const found = async (query: string) => (await get<ItemList>(`/items?${query}`)).body.items.map(({ id }) => id);
  expect(await found('q=cap')).toEqual(['cap-blue', 'cap-red']);
  expect(await found('q=ANOR')).toEqual(['anorak']);
  expect(await found('category=coats&stock=in')).toEqual(['parka']);
  expect(await found('stock=out')).toEqual(['anorak']);
  expect(await found('sort=price&from=1&limit=1')).toEqual(['anorak']);
  expect(await get('/items?sort=colour')).toMatchObject({ status: 400, body: { where: 'sort' } });
  expect(await get('/items?limit=101')).toMatchObject({ status: 400, body: { where: 'limit' } });
  expect(await get('/items', publishableKey)).toMatchObject({ status: 403 });
});

it('an item says what was done with it, which rules concern it, and on whose pages it stands', async () => {
  const { body } = await get<ItemPage>('/items/parka');
  expect(body).toMatchObject({
    name: 'Parka',
    attributes: { brand: 'Nord' },
    numbers: { ever: { viewed: 3, carted: 0, bought: 1 }, day: { viewed: 3 } },
    hiddenBy: { stock: false, exclusions: [] },
    collections: [{ key: 'nord', name: 'Nord', dynamic: false }],
    promotions: [{ key: 'best' }],
    variants: [],
  });
  expect(body.shownWith).toEqual([
    { item: expect.objectContaining({ id: 'cap-blue' }), place: 1, visits: 3, reason: expect.any(String) },
  ]);
  const red = (await get<ItemPage>('/items/cap-red')).body;
  expect(red.hiddenBy).toEqual({ stock: false, exclusions: [{ key: 'red', name: 'Red', dynamic: false }] });
  expect(red.variants.map(({ id }) => id)).toEqual(['cap-blue']);
  expect(red.collections).toEqual([]);
  expect((await get<ItemPage>('/items/anorak')).body.hiddenBy.stock).toBe(true);
  expect(await get('/items/none')).toMatchObject({ status: 404, body: { code: 'API_NOT_FOUND' } });
});

it('attributes stand with their kind and their most frequent values, for rules to choose from', async () => {
  const { body } = await get<ItemAttributes>('/item-attributes');
  const named = (name: string) => body.attributes.find((one) => one.name === name);
  expect(body).toMatchObject({ looked: 4, of: 4 });
  expect(named('brand')).toMatchObject({
    name: 'brand',
    kind: 'text',
    items: 3,
    values: [
      { value: 'Nord', items: 2 },
      { value: 'Fell', items: 1 },
    ],
  });
  expect(named('colours')).toMatchObject({ kind: 'list', values: [{ value: 'blue' }, { value: 'green' }] });
  expect(named('weight')?.kind).toBe('number');
  expect(named('name')).toMatchObject({ items: 4, values: [] });
  expect(body.attributes[0]?.name).toBe('id');
});

it('an attribute is declared, and a base stands before pictures; only who may write items says so', async () => {
  const put = async (url: string, payload: object, key = secretKey) =>
    app.inject({ method: 'PUT', url: `/v1${url}`, headers: { authorization: `Bearer ${key}` }, payload });
  expect((await put('/item-attributes/weight', { type: 'number' }, readKey)).statusCode).toBe(403);
  expect((await put('/item-attributes/weight', { type: 'float' })).statusCode).toBe(400);
  const misfit = await put('/item-attributes/brand', { type: 'number' });
  expect([misfit.statusCode, misfit.json<{ code: string }>().code]).toEqual([409, 'ATTRIBUTE_VALUES_MISFIT']);

  expect((await put('/item-attributes/weight', { type: 'string', label: 'Weight' })).json()).toEqual({
    changed: 1,
    cleared: 0,
  });
  expect((await put('/item-attributes/season', { type: 'date' })).json()).toEqual({ changed: 0, cleared: 0 });
  const { attributes } = (await get<ItemAttributes>('/item-attributes')).body;
  const of = (name: string) => attributes.find((one) => one.name === name);
  expect(of('weight')).toMatchObject({ type: 'string', multi: false, label: 'Weight', declared: true, items: 1 });
  expect(of('season')).toMatchObject({ kind: 'text', type: 'date', declared: true, items: 0 });
  expect(of('colours')).toMatchObject({ type: 'string', multi: true, declared: false });
  expect(of('price')).toMatchObject({ type: null, declared: false });

  const unsaid = { imageBase: null, fromPages: false, environment: null };
  expect((await get('/item-settings')).body).toEqual(unsaid);
  const imageBase = 'https://cdn.example/';
  expect((await put('/item-settings', { imageBase })).json()).toEqual({ ...unsaid, imageBase });
  expect((await put('/item-settings', { fromPages: true, environment: 'uk' })).json()).toEqual({
    imageBase,
    fromPages: true,
    environment: 'uk',
  });
  expect((await put('/item-settings', { fromPages: false, environment: null })).statusCode).toBe(200);
  expect((await put('/item-settings', { environment: 'a b' })).json()).toMatchObject({ code: 'ITEM_FIELD_INVALID' });
  expect((await put('/item-settings', { imageBase: 'cdn' })).json()).toMatchObject({ code: 'ITEM_IMAGE_BASE_INVALID' });
  const freed = {
    method: 'DELETE',
    url: '/v1/item-attributes/weight',
    headers: { authorization: `Bearer ${secretKey}` },
  };
  expect((await app.inject(freed as never)).statusCode).toBe(200);
  expect(
    (await get<ItemAttributes>('/item-attributes')).body.attributes.find(({ name }) => name === 'weight'),
  ).toMatchObject({ declared: false });
});
