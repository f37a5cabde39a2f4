import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Catalog, migrations, RuleBook } from '../catalog/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, fakeProfile, readKey, secretKey } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

let store: Store;
let app: FastifyInstance;
let catalog: Catalog;
const ada = '01900000-0000-7000-8000-000000000009';

beforeAll(async () => {
  store = await freshStore(migrations);
  const house = fakeHouse();
  const { clock } = house;
  catalog = await Catalog.open(store, clock, { currency: 'EUR' });
  await catalog.upsert([
    { id: 'parka', name: 'Parka', price: 200, categories: ['coats'], attributes: { brand: 'Nord' } },
    { id: 'anorak', name: 'Anorak', price: 100, categories: ['coats'], stock: 0, attributes: { brand: 'Fell' } },
    { id: 'cap', name: 'Cap', price: 20, categories: ['hats'] },
  ]);
  house.known.set('email:ada@example.com', fakeProfile(ada, { attributes: { brand: 'Nord' } }));
  house.rules = await RuleBook.open({ store, clock, catalog, zone: 'UTC' });
  app = await buildServer(house);
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object, key = secretKey) {
  const answer = await app.inject({
    method,
    url: `/v1${url}`,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  });
  return { status: answer.statusCode, body: answer.json<Record<string, never>>() };
}

const coats = { name: 'Coats', rules: [{ attribute: 'category', operation: 'equals', values: ['coats'] }] };

it('a collection is made, counted, listed, changed, remembered and removed', async () => {
  const made = await call('PUT', '/collections/coats', coats);
  expect(made).toMatchObject({
    status: 200,
    body: {
      key: 'coats',
      number: 1001,
      version: 1,
      name: 'Coats',
      description: '',
      rules: coats.rules,
      conditions: ['anyEqual(item.categories, "coats")'],
      matches: 2,
      of: 3,
      createdAt: '2026-11-23T09:00:00.000Z',
    },
  });
  expect((await call('GET', '/collections')).body).toEqual({ collections: [made.body] });
  expect((await call('GET', '/collections/1001')).body).toEqual(made.body);
  await call('PUT', '/collections/coats', { ...coats, rules: ['item.price > 150'] });
  expect((await call('GET', '/collections/coats')).body).toMatchObject({ version: 2, matches: 1 });
  const { body } = await call('GET', '/collections/coats/versions');
  expect(body).toMatchObject({ versions: [{ version: 2 }, { version: 1, content: coats }] });
  expect((await call('DELETE', '/collections/coats')).body).toEqual({ removed: true });
  expect(await call('GET', '/collections/coats')).toMatchObject({ status: 404, body: { code: 'RULE_UNKNOWN' } });
});

it('an exclusion says how many items it takes out, and a dynamic one that this hangs on who asks', async () => {
  expect(
    (await call('PUT', '/exclusions/nord', { name: 'Nord', rules: ['item.attributes.brand = "Nord"'] })).body,
  ).toMatchObject({ on: true, matches: 1, of: 3 });
  expect(
    (await call('PUT', '/exclusions/seen', { name: 'Seen', rules: ['item.id in profile.viewed'], on: false })).body,
  ).toMatchObject({ on: false, matches: null });
  await call('DELETE', '/exclusions/nord');
});

it('a promotion shows what it would show, for an item and at a time', async () => {
  await call('PUT', '/collections/coats', coats);
  const promotion = {
    name: 'Snow',
    collection: 'coats',
    rules: ['item.attributes.brand = key.attributes.brand'],
    front: 2,
    starts: '2026-11-24T00:00:00Z',
  };
  expect((await call('PUT', '/promotions/snow', promotion)).body).toMatchObject({
    running: false,
    matches: null,
    starts: '2026-11-24T00:00:00.000Z',
    ends: null,
    front: 2,
    back: 0,
  });
  const asked = { item: 'parka', at: '2026-11-24T10:00:00Z' };
  expect((await call('POST', '/promotions/snow/preview', asked)).body).toEqual({
    front: 2,
    back: 0,
    items: [{ id: 'parka', name: 'Parka', price: 200, currency: 'EUR', imageUrl: null, inStock: true }],
  });
  expect((await call('POST', '/promotions/snow/preview', { item: 'parka' })).body).toMatchObject({
    front: 0,
    items: [],
  });
  expect(await call('DELETE', '/collections/coats')).toMatchObject({ status: 409, body: { code: 'RULE_IN_USE' } });
  const ids = await call('PUT', '/promotions/ids', { name: 'Ids', ids: ['cap', 'parka'] });
  expect(ids.body).toMatchObject({ running: true, matches: 2, ids: ['cap', 'parka'] });
});

it('a promotion is tried before it is saved, as if it ran now', async () => {
  const promotion = { name: 'Try', rules: ['item.price >= 20'], front: 1, back: 1, starts: '2030-01-01T00:00:00Z' };
  expect((await call('POST', '/promotions/preview', { promotion, limit: 5 })).body).toMatchObject({
    front: 1,
    back: 1,
    items: [{ id: 'parka' }, { id: 'cap' }], // dearest first, without what is sold out
  });
  const wrong = { promotion: { ...promotion, front: 15, back: 15 } };
  expect(await call('POST', '/promotions/preview', wrong)).toMatchObject({ status: 422, body: { where: 'front' } });
  expect((await call('GET', '/promotions/try')).status).toBe(404);
});

it('a preview counts each rule and all together before anything is saved', async () => {
  const rules = [
    'item.price >= 100',
    { attribute: 'brand', operation: 'equals', source: { name: 'brand', type: 'MBOX' } },
  ];
  expect((await call('POST', '/collections/preview', { rules, limit: 1 })).body).toMatchObject({
    matches: 2,
    of: 3,
    leaves: { asCollection: 2, asExclusion: 1 },
    rules: [
      { condition: 'item.price >= 100', matches: 2, ignored: false, dynamic: false },
      { matches: 3, ignored: true, dynamic: true },
    ],
  });
  const asked = await call('POST', '/collections/preview', { rules, request: { brand: 'Fell' } });
  expect(asked.body).toMatchObject({ matches: 1, items: [{ id: 'anorak', inStock: false }] });
  const person = { rules: ['item.attributes.brand = profile.brand'], profileId: ada };
  expect((await call('POST', '/collections/preview', person)).body).toMatchObject({
    matches: 1,
    items: [{ id: 'parka' }],
  });
  const otherwise = { ...person, profile: { brand: 'Fell' } };
  expect((await call('POST', '/collections/preview', otherwise)).body).toMatchObject({ items: [{ id: 'anorak' }] });
});

it('what cannot be asked is refused with the place; readers may not write', async () => {
  const bad = await call('PUT', '/collections/x', { name: 'X', rules: ['item.prise > 5'] });
  expect(bad).toMatchObject({ status: 422, body: { code: 'RULE_INVALID', where: 'rules[0]' } });
  expect(bad.body['detail']).toContain('did you mean price?');
  expect(await call('PUT', '/collections/x', { name: 'X', rules: [] })).toMatchObject({ status: 422 });
  expect(await call('PUT', '/collections/x', coats, readKey)).toMatchObject({ status: 403 });
  expect(await call('GET', '/collections', undefined, readKey)).toMatchObject({ status: 200 });
});
