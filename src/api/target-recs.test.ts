import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { Catalog, migrations as catalogMigrations, RuleBook } from '../catalog/index.ts';
import { Designs, migrations as recommendMigrations } from '../recommend/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, readKey, secretKey } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

let store: Store;
let app: FastifyInstance;
let catalog: Catalog;
const house = fakeHouse();

beforeAll(async () => {
  store = await freshStore([...catalogMigrations, ...recommendMigrations]);
  const { clock } = house;
  catalog = await Catalog.open(store, clock, { currency: 'EUR' });
  house.catalog = catalog;
  house.rules = await RuleBook.open({ store, clock, catalog, zone: 'UTC' });
  const designs = new Designs({ store, clock, item: (id) => catalog.get(id) });
  await designs.refresh();
  house.designs = designs;
  app = await buildServer(house);
});
afterAll(async () => {
  await app.close();
  await store.close();
});

interface Answer {
  status: number;
  type: string;
  body: Record<string, unknown>;
}

async function call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: unknown): Promise<Answer> {
  const answer = await app.inject({
    method,
    url: `/acme/target/recs${url}`,
    headers: {
      authorization: `Bearer ${secretKey}`,
      'x-api-key': 'of-adobe',
      ...(body === undefined ? {} : { 'content-type': 'application/vnd.adobe.target.v1+json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, type: String(answer.headers['content-type']), body: answer.json() };
}

const noted = {
  id: expect.any(Number) as number,
  lastModified: '2026-11-23T09:00:00Z',
  lastModifiersName: 'key secret',
  lastModifiersEmail: '',
};

describe('the way it speaks (recommendations §3)', () => {
  it('answers in its own content type, 201 where something was made, and takes any tenant', async () => {
    const rule = { name: { contains: ['hiking'] } };
    const made = await call('POST', '/exclusions', { name: 'Hiking', rule });
    expect(made).toMatchObject({ status: 201, type: 'application/vnd.adobe.target.v1+json;charset=UTF-8' });
    const other = await app.inject({
      url: `/another/target/recs/exclusions/${String(made.body['id'])}`,
      headers: { authorization: `Bearer ${readKey}` },
    });
    expect([other.statusCode, other.json()]).toEqual([200, made.body]);
    await call('DELETE', `/exclusions/${String(made.body['id'])}`);
  });

  it('wraps errors with the status, and says key and text of each', async () => {
    expect(await call('GET', '/collections/77')).toMatchObject({
      status: 404,
      type: 'application/vnd.adobe.target.v1+json;charset=UTF-8',
      body: {
        status: 404,
        errors: [{ key: 'RULE_UNKNOWN', keyArguments: ['collection'], text: expect.any(String) as string }],
      },
    });
    expect(await call('GET', '/nothing')).toMatchObject({ status: 404, body: { errors: [{ key: 'API_NOT_FOUND' }] } });
    const blank = await app.inject({ url: '/acme/target/recs/collections' });
    expect([blank.statusCode, blank.json().errors[0].key]).toEqual([401, 'API_KEY_MISSING']);
    const reader = await app.inject({
      method: 'POST',
      url: '/acme/target/recs/collections',
      headers: { authorization: `Bearer ${readKey}`, 'content-type': 'application/json' },
      payload: '{}',
    });
    expect([reader.statusCode, reader.json().errors[0].key]).toEqual([403, 'API_KEY_NOT_ENOUGH']);
  });

  it('has lists by page, order and name (offset, limit, orderby, name)', async () => {
    const rules = [{ id: { equals: ['x'] } }];
    const ids: unknown[] = [];
    for (const name of ['Beta coats', 'alpha Coats', 'gamma hats']) {
      ids.push((await call('POST', '/collections', { name, rules })).body['id']);
      house.clock.advance(1000);
    }
    const names = async (query: string) =>
      ((await call('GET', `/collections?${query}`)).body['list'] as { name: string }[]).map(({ name }) => name);
    expect(await names('orderby=name')).toEqual(['Beta coats', 'alpha Coats', 'gamma hats']);
    expect(await names('orderby=-name&limit=1')).toEqual(['gamma hats']);
    expect(await names('orderby=+id&offset=1')).toEqual(['alpha Coats', 'gamma hats']);
    expect(await names('orderby=-lastModified')).toEqual(['gamma hats', 'alpha Coats', 'Beta coats']);
    expect(await names('name=COATS')).toEqual(['Beta coats', 'alpha Coats']);
    expect((await call('GET', '/collections?name=coats&limit=1')).body).toMatchObject({
      offset: 0,
      limit: 1,
      total: 2,
      list: [{ name: 'Beta coats' }],
    });
    expect((await call('GET', '/collections')).body).toMatchObject({ offset: 0, limit: 2147483647, total: 3 });
    expect(await call('GET', '/collections?orderby=age')).toMatchObject({ status: 400 });
    expect(await call('GET', '/collections?limit=-1')).toMatchObject({ status: 400 });
    for (const id of ids) await call('DELETE', `/collections/${String(id)}`);
    house.clock.advance(-3000);
  });
});

describe('entities (§3.1)', () => {
  const jacket = {
    id: 'jacket',
    name: 'Rain jacket',
    categories: ['womens', 'womens:coats'],
    attributes: {
      inventory: 77,
      margin: 23,
      message: 'Warm and dry',
      pageUrl: 'https://shop.example/jacket',
      thumbnailUrl: '/jacket.jpg',
      value: 19.2,
      brand: 'Nord',
      colour: 'grey',
      sizes: '["s","m"]',
    },
  };

  it('are written, and read as they were sent, with their times', async () => {
    expect(await call('POST', '/entities', { entities: [jacket] })).toEqual({
      status: 201,
      type: 'application/vnd.adobe.target.v1+json;charset=UTF-8',
      body: { 'inserted/updated': 1, rejected: 0, rejectCauses: [] },
    });
    const times = { createdAt: '2026-11-23T09:00:00Z', lastUpdatedAt: '2026-11-23T09:00:00Z' };
    expect((await call('GET', '/entities/jacket')).body).toEqual({
      ...jacket,
      attributes: { ...jacket.attributes, ...times },
    });
    expect(catalog.get('jacket')!.attributes['sizes']).toEqual(['s', 'm']);
  });

  it('keep what is not sent and what is sent blank; null clears; categories replace', async () => {
    const change = { id: 'jacket', categories: ['sale'], attributes: { message: '', value: 15, colour: null } };
    await call('POST', '/entities', { entities: [change] });
    const { body } = await call('GET', '/entities/jacket');
    expect(body).toMatchObject({ name: 'Rain jacket', categories: ['sale'] });
    expect(body['attributes']).toMatchObject({ message: 'Warm and dry', value: 15, inventory: 77 });
    expect(body['attributes']).not.toHaveProperty('colour');
  });

  it('come ten thousand in a call, and calls one after another, without a limit by the minute (LIM-2)', async () => {
    const entities = Array.from({ length: 10_000 }, (_, n) => ({ id: `many-${n}`, name: `Item ${n}` }));
    expect((await call('POST', '/entities', { entities })).body).toMatchObject({ 'inserted/updated': 10_000 });
    const again = await Promise.all(Array.from({ length: 60 }, () => call('GET', '/entities/many-9999')));
    expect(again.every(({ status }) => status === 200)).toBe(true);
    await catalog.remove(entities.map(({ id }) => id));
  });

  it('report each reason for what was refused once, with how often', async () => {
    const entities = [
      { id: 'a', name: 'A', categories: ['x'] },
      { id: 'b', name: 'B', categories: ['x'], attributes: { value: '15,99' } },
      { id: 'c', name: 'C', categories: ['x'], attributes: { value: '15,99' } },
      { id: 'd', name: 'D', categories: ['x'], colour: 'red' },
      { id: 'e', name: 'E', at: 1, row: 9 },
      { id: 'f', name: 'F', attributes: 'none' },
      7,
    ];
    const { body } = await call('POST', '/entities', { entities });
    expect(body).toMatchObject({ 'inserted/updated': 1, rejected: 6 });
    const causes = body['rejectCauses'] as { cause: { key: string; text: string }; occurrences: number }[];
    expect(causes.map(({ cause, occurrences }) => [cause.key, occurrences])).toEqual([
      ['ITEM_PRICE_INVALID', 2],
      ['ITEM_FIELD_UNKNOWN', 1],
      ['ITEM_FIELD_UNKNOWN', 1],
      ['ITEM_FIELD_INVALID', 1],
      ['ITEM_ID_INVALID', 1],
    ]);
    await catalog.remove(['a']);
  });

  it('belong to an environment by its number, or to all (CAT-14)', async () => {
    await call('POST', '/entities', {
      entities: [
        { id: 'cap', name: 'Cap', categories: ['hats'], attributes: { value: 10 } },
        { id: 'cap', environment: 4227, attributes: { value: 12 } },
        { id: 'scarf', name: 'Scarf', categories: ['hats'], environment: 4227 },
      ],
    });
    const value = async (id: string, query: string) => {
      const { status, body } = await call('GET', `/entities/${id}${query}`);
      return status === 200 ? [(body['attributes'] as { value?: number }).value, body['environment']] : status;
    };
    expect(await value('cap', '')).toEqual([10, undefined]);
    expect(await value('cap', '?environmentId=4227')).toEqual([12, 4227]);
    expect(await value('scarf', '')).toBe(404);
    expect(await value('scarf', '?environmentId=4227')).toEqual([undefined, 4227]);
    expect(await value('cap', '?environmentId=%2F')).toBe(400);
  });

  it('are taken away by ids, out of one environment or all; all of them only when that is said (weakness 24)', async () => {
    const there = () => [...catalog.ids()].sort();
    const before = there();
    for (const query of ['', '?ids=', '?ids=,', `?ids=${'x'.repeat(12_001)}`, '?all=1', '?environment=4227']) {
      const answer = await call('DELETE', `/entities${query}`);
      expect([query.slice(0, 20), answer.status, there()]).toEqual([query.slice(0, 20), 400, before]);
    }
    const twice = await call('DELETE', '/entities?ids=a&ids=b&all=true');
    expect([twice.status, there()]).toEqual([400, before]);
    expect((await call('DELETE', '/entities?ids=cap,unknown&environment=4227')).body).toEqual({
      operation: 'deleted by ids',
    });
    expect(await call('GET', '/entities/cap?environmentId=4227')).toMatchObject({ status: 404 });
    expect(await call('GET', '/entities/cap')).toMatchObject({ status: 200 });
    await call('DELETE', '/entities?ids=scarf');
    expect(await call('GET', '/entities/scarf?environmentId=4227')).toMatchObject({ status: 404 });
    expect((await call('DELETE', '/entities?all=true')).body).toEqual({ operation: 'Delete by client requested.' });
    expect(there()).toEqual([]);
  });
});

describe('catalogsearch (§3.1)', () => {
  beforeAll(async () => {
    await catalog.upsert([
      {
        id: 'parka',
        name: 'Parka',
        categories: ['womens', 'coats'],
        price: 200,
        stock: 4,
        attributes: { brand: 'Nord' },
      },
      { id: 'anorak', name: 'Anorak', categories: ['coats'], price: 100, stock: 0, attributes: { brand: 'Fell' } },
      { id: 'cap', name: 'Cap', categories: ['hats'], price: 20, attributes: { brand: 'nord', rank: '9' } },
    ]);
  });
  afterAll(async () => void (await catalog.remove([...catalog.ids()])));

  const simple = (field: string, operator: string, matchValue?: unknown) => ({
    type: 'simple',
    queryFields: [field],
    operator,
    ...(matchValue === undefined ? {} : { matchValue }),
  });
  const idsOf = async (query: unknown, meta: object = {}) => {
    const { status, body } = await call('POST', '/catalogsearch', { meta, query });
    return status === 200 ? (body['hits'] as { id: string }[]).map(({ id }) => id) : status;
  };

  test.each<[string, string, unknown, string[]]>([
    ['value', 'lt', 100, ['cap']],
    ['value', 'le', '100', ['anorak', 'cap']],
    ['value', 'eq', 100, ['anorak']],
    ['value', 'ge', 100, ['anorak', 'parka']],
    ['value', 'gt', 100, ['parka']],
    ['value', 'ne', 100, ['cap', 'parka']],
    ['inventory', 'present', undefined, ['anorak', 'parka']],
    ['inventory', 'absent', undefined, ['cap']],
    ['inventory', 'eq', 0, ['anorak']],
    ['brand', 'eq', 'NORD', ['cap', 'parka']],
    ['brand', 'ne', 'nord', ['anorak']],
    ['name', 'contains', 'ORA', ['anorak']],
    ['name', 'notcontains', 'a', []],
    ['category', 'startswith', 'WOM', ['parka']],
    ['category', 'endswith', 'ats', ['anorak', 'cap', 'parka']],
    ['entity.id', 'eq', ['cap', 'parka'], ['cap', 'parka']],
    ['rank', 'lt', 10, ['cap']],
    ['nothing', 'absent', undefined, ['anorak', 'cap', 'parka']],
  ])('%s %s %j: %j', async (field, operator, matchValue, expected) => {
    expect(await idsOf(simple(field, operator, matchValue))).toEqual(expected);
  });

  it('joins queries, and asks several fields', async () => {
    const [nord, dear, coat] = [
      simple('brand', 'eq', 'nord'),
      simple('value', 'gt', 50),
      simple('category', 'eq', 'coats'),
    ];
    const joined = (joinOperator: string, ...filters: object[]) => ({ type: 'compound', joinOperator, filters });
    expect(await idsOf(joined('AND', nord, dear))).toEqual(['parka']);
    expect(await idsOf(joined('OR', nord, dear))).toEqual(['anorak', 'cap', 'parka']);
    expect(await idsOf(joined('AND', coat, joined('OR', nord, simple('value', 'eq', 100))))).toEqual([
      'anorak',
      'parka',
    ]);
    expect(await idsOf({ ...simple('name', 'contains', 'ats'), queryFields: ['name', 'category'] })).toHaveLength(3);
  });

  it('gives the fields that are asked for, by page', async () => {
    const query = simple('id', 'present');
    const { body } = await call('POST', '/catalogsearch', {
      meta: { limit: 1, start: 3, displayFields: ['id', 'category', 'inventory', 'colour'] },
      query,
    });
    expect(body).toEqual({
      timeMs: expect.any(Number) as number,
      hits: [{ id: 'parka', category: ['womens', 'coats'], inventory: 4 }],
      start: 3,
    });
    expect(await idsOf(query, { limit: 2 })).toEqual(['anorak', 'cap']);
    expect(await idsOf(query, { limit: 501 })).toBe(400);
  });

  test.each([
    [{ type: 'simple', queryFields: [], operator: 'eq', matchValue: 1 }],
    [{ type: 'simple', queryFields: ['id'], operator: 'like', matchValue: 1 }],
    [{ type: 'simple', queryFields: ['id'], operator: 'constructor', matchValue: 1 }],
    [{ type: 'simple', queryFields: ['id'], operator: 'eq' }],
    [{ type: 'compound', joinOperator: 'XOR', filters: [{}] }],
    [{ type: 'compound', joinOperator: 'AND', filters: [7] }],
    [
      Array.from({ length: 12 }).reduce<object>(
        (inner) => ({ type: 'compound', joinOperator: 'AND', filters: [inner] }),
        {
          type: 'simple',
          queryFields: ['id'],
          operator: 'present',
        },
      ),
    ],
  ])('%j is refused', async (query) => {
    expect(await idsOf(query)).toBe(400);
  });
});

describe('collections and exclusions (§3.2)', () => {
  test.each<[string, unknown]>([
    ['greaterOrEquals', ['100']],
    ['lesserOrEquals', ['20', '150']],
    ['less than', ['10']],
    ['greater than', ['10']],
    ['startsWith', ['womens:']],
    ['endsWith', [':coats']],
    ['contains', ['o']],
    ['doesNotContain', ['o', 'p']],
    ['equals', ['Nord']],
    ['notEquals', ['Nord']],
    ['valueIsPresent', []],
    ['valueIsNotPresent', []],
  ])('%s comes back as it was sent', async (operator, values) => {
    const sent = {
      name: `By ${operator}`,
      description: 'Told',
      rules: [{ brand: { [operator]: values } }, { value: { equals: ['1'] } }],
    };
    const made = await call('POST', '/collections', sent);
    expect(made).toMatchObject({ status: 201, body: { ...sent, ...noted } });
    const id = String(made.body['id']);
    expect((await call('GET', `/collections/${id}`)).body).toEqual(made.body);
    expect(await call('PUT', `/collections/${id}`, made.body)).toMatchObject({ status: 200, body: sent });
    expect((await call('DELETE', `/collections/${id}`)).body).toEqual(made.body);
    expect(await call('GET', `/collections/${id}`)).toMatchObject({ status: 404 });
    const rule = { brand: { [operator]: values } };
    const excluded = await call('POST', '/exclusions', { name: 'E', rule });
    expect(excluded).toMatchObject({ status: 201, body: { name: 'E', description: '', rule, ...noted } });
    await call('DELETE', `/exclusions/${String(excluded.body['id'])}`);
  });

  it('a bare value is a list of one; POST to an id changes it, as the tutorial has it', async () => {
    const made = await call('POST', '/exclusions', { name: 'Hiking', rule: { name: { contains: 'hiking' } } });
    expect(made.body).toMatchObject({ rule: { name: { contains: ['hiking'] } } });
    const id = String(made.body['id']);
    const changed = await call('POST', `/exclusions/${id}`, {
      name: 'Hiking boots',
      rule: { name: { contains: 'boots' } },
    });
    expect(changed).toMatchObject({ status: 200, body: { id: made.body['id'], name: 'Hiking boots' } });
    await call('DELETE', `/exclusions/${id}`);
  });

  it('what Target has no words for is shown as its condition, and stays when it comes back', async () => {
    const { definitions } = house.rules!;
    const rules = [
      'item.price > 5',
      { attribute: 'brand', operation: 'equals', source: { name: 'brand', type: 'MBOX' } },
      { attribute: 'brand', operation: 'equals', values: ['Nord'] },
    ];
    const { number } = await definitions.put('collection', 'mixed', { input: { name: 'Mixed', rules }, by: null });
    const { body } = await call('GET', `/collections/${number}`);
    expect(body['rules']).toEqual([
      { beckon: { condition: ['item.price > 5'] } },
      { beckon: { condition: ['request.brand is empty or anyEqual(item.attributes.brand, request.brand)'] } },
      { brand: { equals: ['Nord'] } },
    ]);
    await call('PUT', `/collections/${number}`, { ...body, name: 'Renamed' });
    expect(definitions.find('collection', 'mixed')).toMatchObject({ name: 'Renamed', rules });
    await call('PUT', `/collections/${number}`, {
      name: 'Own',
      rules: [{ beckon: { condition: ['item.price > 6'] } }],
    });
    expect(definitions.find('collection', 'mixed')!.rules).toEqual(['item.price > 6']);
    await definitions.remove('collection', 'mixed');

    const off = { name: 'Off', rules: ['item.price > 5', 'item.inStock'], on: false };
    const one = await definitions.put('exclusion', 'off', { input: off, by: null });
    const seen = (await call('GET', `/exclusions/${one.number}`)).body;
    expect(seen).toMatchObject({
      rule: { beckon: { condition: ['(item.price > 5) and (item.inStock)'] } },
      beckon: { on: false },
    });
    await call('PUT', `/exclusions/${one.number}`, { ...seen, name: 'Still off' });
    expect(definitions.find('exclusion', 'off')).toMatchObject({ ...off, name: 'Still off' });
    await definitions.remove('exclusion', 'off');
  });

  test.each([
    [{ name: 'X', rules: [] }],
    [{ rules: [{ a: { equals: ['1'] } }] }],
    [{ name: 'x'.repeat(251), rules: [{ a: { equals: ['1'] } }] }],
    [{ name: 'X', rules: [{ a: { equals: ['1'] }, b: { equals: ['1'] } }] }],
    [{ name: 'X', rules: [{ a: { equals: ['1'], contains: ['1'] } }] }],
    [{ name: 'X', rules: [{ a: { resembles: ['1'] } }] }],
    [{ name: 'X', rules: [{ a: { equals: [] } }] }],
    [{ name: 'X', rules: [{}] }],
    [{ name: 'X', rules: [{ beckon: { condition: ['item.prise > 5'] } }] }],
    [{ name: 'X', rules: [{ a: { equals: ['1'] } }], rule: {} }],
  ])('%j makes no collection', async (body) => {
    const answer = await call('POST', '/collections', body);
    expect([400, 422]).toContain(answer.status);
    expect((await call('GET', '/collections')).body['total']).toBe(0);
  });
});

describe('promotions (§3.3)', () => {
  const matchers = [
    { attribute: 'brand', operation: 'equals', source: { name: 'brand', type: 'ENTITY', excludeAllWhenEmpty: true } },
    {
      attribute: 'value',
      operation: 'dynamicallyRanges',
      lowRange: '80',
      highRange: '120',
      source: { name: 'value', type: 'ENTITY' },
    },
    {
      attribute: 'genre',
      operation: 'isContainedInList',
      source: { name: 'mbox.favorites', type: 'MBOX', defaultValue: 'x' },
    },
  ];
  const sent = {
    name: 'Same brand',
    type: 'EXTERNAL',
    key: 'PROFILE_ATTRIBUTE',
    attribute: 'profile.favourite',
    schedule: { start: '2026-12-01T00:00:00Z', end: '2027-01-01T00:00:00Z' },
    order: { type: 'RANDOM' },
    rules: matchers,
  };

  it('come back as they were sent', async () => {
    const made = await call('POST', '/promotions', sent);
    expect(made).toMatchObject({ status: 201, body: { ...sent, ...noted, beckon: { on: true, front: 1, back: 0 } } });
    const id = String(made.body['id']);
    const { rules: _, ...rest } = sent;
    const shelf = await call('POST', '/collections', { name: 'Coats', rules: [{ category: { equals: ['coats'] } }] });
    const configuration = { collectionId: shelf.body['id'] };
    const changed = await call('PUT', `/promotions/${id}`, {
      ...rest,
      schedule: { end: '2027-01-01T00:00:00Z' },
      configuration,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { configuration, rules: [], schedule: { end: '2027-01-01T00:00:00Z' } },
    });
    expect(await call('DELETE', `/collections/${String(shelf.body['id'])}`)).toMatchObject({
      status: 409,
      body: { errors: [{ key: 'RULE_IN_USE' }] },
    });
    expect((await call('GET', '/promotions')).body).toMatchObject({ total: 1, list: [changed.body] });
    await call('DELETE', `/promotions/${id}`);
    await call('DELETE', `/collections/${String(shelf.body['id'])}`);
  });

  it('by ids stand in their order (PRO-2), and what Target has no word for stays', async () => {
    const rules = [{ attribute: 'id', operation: 'equals', values: ['parka', 'cap'] }];
    const made = await call('POST', '/promotions', { name: 'Ids', rules });
    expect(made.body).toMatchObject({ rules, order: { type: 'ORIGINAL' } });
    const { definitions } = house.rules!;
    expect(definitions.find('promotion', 'ids')).toMatchObject({ ids: ['parka', 'cap'], rules: [] });
    await definitions.put('promotion', 'ids', {
      input: { name: 'Ids', rules, front: 3, back: 2, on: false },
      by: null,
    });
    const seen = (await call('GET', '/promotions/ids')).body;
    expect(seen).toMatchObject({ beckon: { on: false, front: 3, back: 2 } });
    await call('PUT', `/promotions/${String(seen['id'])}`, { ...seen, name: 'By rule' });
    expect(definitions.find('promotion', 'ids')).toMatchObject({
      name: 'By rule',
      ids: null,
      rules,
      front: 3,
      on: false,
    });
    await definitions.remove('promotion', 'ids');
  });

  test.each([
    [{ name: 'P' }],
    [{ name: 'P', configuration: { collectionId: 77 } }],
    [{ name: 'P', type: 'INTERNAL', rules: matchers }],
    [{ name: 'P', key: 'PROFILE_ATTRIBUTE', rules: matchers }],
    [{ name: 'P', schedule: { start: 'soon' }, rules: matchers }],
    [{ name: 'P', rules: [{ attribute: 'a', operation: 'equals' }] }],
  ])('%j makes no promotion', async (body) => {
    const { status } = await call('POST', '/promotions', body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect((await call('GET', '/promotions')).body['total']).toBe(0);
  });
});

describe('designs (§3.3)', () => {
  const script = '<b>$entity1.name</b> $entity4.id';

  test.each([
    ['HTML', script],
    ['JSON', '{"a": "$entity1.name", "b": "$entity4.id"}'],
    ['OTHER', script],
  ])('of the type %s come back as they were sent, with or without the script', async (type, text) => {
    const sent = { name: `Row ${type}`, type, script: text };
    const made = await call('POST', '/designs', sent);
    expect(made).toMatchObject({ status: 201, body: { ...sent, id: expect.any(Number) as number } });
    const id = String(made.body['id']);
    expect((await call('GET', `/designs/${id}`)).body).toEqual(made.body);
    expect((await call('GET', `/designs/${id}?includeScript=false`)).body).not.toHaveProperty('script');
    expect((await call('GET', '/designs?includeScript=false')).body).toMatchObject({
      total: 1,
      list: [{ name: sent.name }],
    });
    expect(await call('PUT', `/designs/${id}`, { ...made.body, name: 'Renamed' })).toMatchObject({
      status: 200,
      body: { id: made.body['id'], name: 'Renamed', type, script: text },
    });
    await call('DELETE', `/designs/${id}`);
    expect(await call('GET', `/designs/${id}`)).toMatchObject({ status: 404 });
  });

  it('are OTHER unless they say otherwise, and keep their numbers', async () => {
    const one = await call('POST', '/designs', { name: 'Row', script });
    const two = await call('POST', '/designs', { name: 'Row', script });
    expect([one.body['type'], one.body['id'] === two.body['id']]).toEqual(['OTHER', false]);
    await call('DELETE', `/designs/${String(one.body['id'])}`);
    await call('DELETE', `/designs/${String(two.body['id'])}`);
  });

  it('are tried without being saved (DES-9)', async () => {
    expect((await call('POST', '/designs/validate', { name: 'x', script, type: 'HTML' })).body).toEqual({
      entityCount: 4,
      valid: true,
      errors: [],
    });
    expect((await call('POST', '/designs/validate', { name: 'x', script: 'no item' })).body).toMatchObject({
      valid: false,
      errors: [{ key: 'error.template.validate.entitiesRequired', keyArguments: [] }],
    });
    expect(await call('POST', '/designs', { name: 'x', script: 'no item' })).toMatchObject({
      status: 400,
      body: { errors: [{ key: 'DESIGN_INVALID' }] },
    });
  });

  it('in our own language are read, renamed, and not made Velocity by accident; what Target cannot say stays', async () => {
    const own = {
      key: 'own',
      name: 'Own',
      type: 'html',
      language: 'beckon',
      script: '{{#each items as |i|}}{{i.name}}{{/each}}',
      slots: 3,
    } as const;
    const { number } = await house.designs.put(own);
    const seen = (await call('GET', `/designs/${number}`)).body;
    expect(seen).toMatchObject({ type: 'HTML', script: own.script, beckon: { language: 'beckon', slots: 3 } });
    expect(await call('PUT', `/designs/${number}`, { ...seen, name: 'New name' })).toMatchObject({ status: 200 });
    expect(house.designs.get('own')).toMatchObject({ ...own, name: 'New name' });
    expect(await call('PUT', `/designs/${number}`, { ...seen, script })).toMatchObject({
      status: 409,
      body: { errors: [{ key: 'TARGET_CANNOT_SAY' }] },
    });
    await house.designs.remove('own');
  });
});

it('stands in OpenAPI with its shapes', async () => {
  const { paths } = (await app.inject({ url: '/openapi.json' })).json() as { paths: Record<string, object> };
  expect(Object.keys(paths['/{tenant}/target/recs/collections/{id}']!)).toEqual(
    expect.arrayContaining(['get', 'put', 'post', 'delete']),
  );
});
