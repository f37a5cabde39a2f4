import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { readSettings } from './settings.ts';

/** A client of Target's admin API moves over: its calls as they are, and the answers that its shop then gets. */
let rooms: Rooms;
let doors: Doors;
/** An address of the shop's, and what it has. */
let shop: Server;
let file = '';

beforeAll(async () => {
  const store = await freshStore(migrations);
  shop = createServer((_request, response) => void response.end(file));
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const settings = readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9'], {
    BECKON_ALLOWED_HOSTS: hostOf(),
    BECKON_FROM: 'Shop <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  rooms = await joinRooms({ ...settings, secret: 's'.repeat(40), databaseUrl: store.url }, { store, log: quietLog });
  doors = await openDoors(rooms);
});
afterAll(async () => {
  await doors.close();
  shop.close();
});

function hostOf(): string {
  return `127.0.0.1:${(shop.address() as AddressInfo).port}`;
}

const target = { 'content-type': 'application/vnd.adobe.target.v1+json' };
const json = { 'content-type': 'application/json' };
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

async function ask(
  method: Method,
  url: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { status, text } = await doors.callOwn({
    method: method as 'GET',
    url,
    headers: { host: 'localhost', ...(url.startsWith('/acme') ? target : body === undefined ? {} : json) },
    body: body === undefined ? null : JSON.stringify(body),
    timeoutMs: 20_000,
  });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}
const recs = (method: Method, path: string, body?: unknown) => ask(method, `/acme/target/recs${path}`, body);
const keyOf = async (plural: string, id: unknown) => (await ask('GET', `/v1/${plural}/${String(id)}`)).body['key'];

/** Ids that a place of the page shows. */
async function shown(): Promise<unknown> {
  const { body } = await ask('POST', '/rest/v1/delivery?client=acme&sessionId=s1', {
    context: { channel: 'web' },
    execute: { mboxes: [{ index: 0, name: 'home-recs', product: { id: 'parka' } }] },
  });
  const mbox = (body['execute'] as { mboxes: { options?: { content: { ids: string } }[] }[] }).mboxes[0]!;
  return mbox.options?.[0]?.content.ids;
}

it('a collection, an exclusion, a design, criteria and a promotion: made, used, changed, refused while in use, taken away', async () => {
  const entity = (id: string, category: string, value: number, brand: string) => ({
    id,
    name: `The ${id}`,
    categories: [category],
    attributes: { value, brand, inventory: 5 },
  });
  const entities = [
    entity('parka', 'coats', 200, 'Nord'),
    entity('anorak', 'coats', 150, 'Nord'),
    entity('trench', 'coats', 120, 'Fell'),
    entity('poncho', 'coats', 90, 'Fell'),
    entity('cap', 'hats', 20, 'Nord'),
  ];
  expect((await recs('POST', '/entities', { entities })).body).toMatchObject({ 'inserted/updated': 5, rejected: 0 });

  const make = async (path: string, body: object) => {
    const answer = await recs('POST', path, body);
    expect([path, answer.status, answer.body]).toMatchObject([path, 201, body]);
    return answer.body['id'] as number;
  };
  const collection = await make('/collections', { name: 'Coats', rules: [{ category: { equals: ['coats'] } }] });
  const exclusion = await make('/exclusions', { name: 'Cheap', rule: { value: { lesserOrEquals: ['100'] } } });
  const design = await make('/designs', {
    name: 'Ids',
    type: 'JSON',
    script: '{"ids": "$entity1.id $entity2.id $entity3.id"}',
  });
  const popular = await make('/criteria/popularity', {
    name: 'Most viewed coats',
    criteriaTitle: 'Popular',
    type: 'VIEWED',
    daysCount: 'ONE_WEEK',
    partialDesignAllowed: true,
    configuration: { inclusionRules: [{ attribute: 'brand', operation: 'notEquals', values: ['Other'] }] },
  });
  const sequence = await make('/criteria/sequence', {
    name: 'First popular',
    partialDesignAllowed: true,
    sequence: [{ id: popular, slotCount: 3 }],
  });
  const promotion = await make('/promotions', {
    name: 'Trench first',
    rules: [{ attribute: 'id', operation: 'equals', values: ['trench'] }],
  });

  const activity = {
    name: 'Home',
    location: 'home-recs',
    experiences: [
      {
        key: 'only',
        offers: [
          {
            kind: 'recommendation',
            criterion: await keyOf('criteria', sequence),
            design: 'ids',
            collection: await keyOf('collections', collection),
            promotions: [await keyOf('promotions', promotion)],
          },
        ],
      },
    ],
  };
  expect((await ask('PUT', '/v1/activities/home', activity)).status).toBe(200);
  expect((await ask('POST', '/v1/activities/home/publish')).status).toBe(200);
  expect(await shown()).toBe('trench anorak ');

  expect((await recs('GET', '/criteria?orderby=-id&limit=2')).body).toMatchObject({
    list: [
      { id: sequence, criteriaGroup: 'SEQUENCE' },
      { id: popular, criteriaGroup: 'POPULARITY' },
    ],
  });
  expect((await recs('GET', '/criteria/popularity?name=viewed%20COATS')).body['list']).toContainEqual(
    expect.objectContaining({ id: popular, criteriaTitle: 'Popular' }),
  );

  const rule = { value: { lesserOrEquals: ['50'] } };
  expect((await recs('PUT', `/exclusions/${exclusion}`, { name: 'Cheaper', rule })).body).toMatchObject({ rule });
  expect(await shown()).toBe('trench anorak poncho');

  for (const path of [
    `/collections/${collection}`,
    `/promotions/${promotion}`,
    `/designs/${design}`,
    `/criteria/sequence/${sequence}`,
    `/criteria/popularity/${popular}`,
  ]) {
    const { status, body } = await recs('DELETE', path);
    expect([path, status, (body['errors'] as object[])[0]]).toEqual([
      path,
      409,
      {
        key: expect.stringMatching(/_IN_USE$/) as string,
        keyArguments: [],
        text: expect.stringContaining('is used by') as string,
      },
    ]);
  }

  await ask('POST', '/v1/activities/home/pause');
  await ask('DELETE', '/v1/activities/home');
  for (const path of [
    `/promotions/${promotion}`,
    `/collections/${collection}`,
    `/designs/${design}`,
    `/criteria/sequence/${sequence}`,
    `/criteria/popularity/${popular}`,
    `/exclusions/${exclusion}`,
  ]) {
    expect([path, (await recs('DELETE', path)).status]).toEqual([path, 200]);
    expect([path, (await recs('GET', path)).status]).toEqual([path, 404]);
  }
  expect((await recs('DELETE', '/entities?all=true')).status).toBe(200);
});

it('each kind of criteria is made, read, listed, changed and taken away under its own path', async () => {
  const ruled = { configuration: { priceRange: { min: 1, max: 9 } } };
  const documents: Record<string, object> = {
    cart: {
      daysCount: 'TWO_WEEKS',
      modelActionSettings: {
        actionOnKeyItems: 'VIEW',
        actionOnRecommendedItems: 'PURCHASE',
        basisForCoOccurrence: 'USER',
      },
    },
    userhistory: { daysCount: 'ONE_MONTH', excludeViews: true, ...ruled },
    recent: { minInventory: 1, ...ruled },
    item: {
      daysCount: 'ONE_WEEK',
      key: 'LAST_VIEWED',
      type: 'BOUGHT_CF',
      aggregation: 'AGGREGATE',
      configuration: { pastBehaviorOrdinal: 2 },
    },
    category: { key: 'FAVORITE', type: 'BOUGHT', hoursCount: 6 },
    popularity: {
      type: 'SELLERS',
      key: 'customProfileAttribute',
      configuration: { attribute: 'profile.brand', groupByEntityAttribute: 'brand' },
    },
    profileattribute: {
      daysCount: 'TWO_MONTHS',
      type: 'VIEWED_BOUGHT',
      configuration: { attribute: 'user.favourite' },
    },
  };
  for (const [kind, said] of Object.entries(documents)) {
    const sent = { name: `A ${kind}`, excludePurchases: true, ...said };
    const made = await recs('POST', `/criteria/${kind}`, sent);
    expect([kind, made]).toMatchObject([
      kind,
      { status: 201, body: { ...sent, criteriaGroup: kind.toUpperCase(), lastModifiersEmail: '' } },
    ]);
    const path = `/criteria/${kind}/${String(made.body['id'])}`;
    expect((await recs('GET', path)).body).toEqual(made.body);
    expect((await recs('GET', `/criteria/${String(made.body['id'])}`)).body).toEqual(made.body);
    expect(((await recs('GET', `/criteria/${kind}`)).body['list'] as unknown[]).at(-1)).toEqual(made.body);
    const changed = await recs('PUT', path, { ...made.body, criteriaTitle: 'New' });
    expect([kind, changed]).toMatchObject([kind, { status: 200, body: { ...sent, criteriaTitle: 'New' } }]);
    const twin = await recs('POST', `/criteria/${kind}`, sent);
    expect([kind, twin]).toMatchObject([kind, { status: 422, body: { errors: [{ key: 'CRITERION_INVALID' }] } }]);
    const other = kind === 'cart' ? 'item' : 'cart';
    expect((await recs('GET', `/criteria/${other}/${String(made.body['id'])}`)).status).toBe(404);
    expect((await recs('DELETE', path)).body).toEqual(changed.body);
    expect((await recs('GET', path)).status).toBe(404);
  }
});

const custom = (URL: string, more: object = {}) => ({
  name: 'Custom',
  key: 'CURRENT',
  configuration: { feed: { scheduleType: 'never', connection: { type: 'url', attributes: { URL } }, ...more } },
});
const daily = { scheduleType: 'daily', scheduleTime: '03:30' };

it('a custom criterion is fetched from its address and by its schedule, shows what came, and goes with its list', async () => {
  const entities = ['parka', 'cap', 'scarf', 'boots'].map((id) => ({ id, name: id, categories: ['all'] }));
  await recs('POST', '/entities', { entities });
  const shownFor = async (item: string) => {
    const asked = { criterion: 'custom', item, limit: 3 };
    const { body } = await ask('POST', '/v1/recommendations', asked);
    return (body['items'] as { id: string; source: string }[]).flatMap(({ id, source }) =>
      source === 'criteria' ? [id] : [],
    );
  };
  file = 'parka,scarf,cap\ncap,\n';
  const sent = { ...custom(`http://${hostOf()}/looks.csv`, daily), partialDesignAllowed: true };
  const made = await recs('POST', '/criteria/custom', sent);
  expect(made).toMatchObject({
    status: 201,
    body: { ...sent, configuration: { feed: { ...sent.configuration.feed, environmentId: -1, uploadHistory: [] } } },
  });
  const path = `/criteria/custom/${String(made.body['id'])}`;
  const { listFeeds, customLists } = rooms.showing;
  expect([await listFeeds.work(), await listFeeds.work()]).toEqual([1, 0]);
  const read = await recs('GET', path);
  expect(read.body).toMatchObject({
    configuration: {
      feed: { uploadHistory: [{ status: 'Successful', message: '1/1', date: expect.any(String) as string }] },
    },
  });
  expect(await shownFor('parka')).toEqual(['scarf', 'cap']);

  const due = await listFeeds.nextDue();
  expect((await recs('PUT', path, read.body)).body).toMatchObject({ configuration: sent.configuration });
  expect(await listFeeds.nextDue()).toBe(due);
  file = 'parka,boots\n';
  const weekly = custom(`http://${hostOf()}/looks.csv`, { scheduleType: 'weekly' });
  expect((await recs('PUT', path, weekly)).body).toMatchObject({ configuration: weekly.configuration });
  await listFeeds.work();
  expect([await shownFor('parka'), customLists.list().length]).toEqual([['boots'], 1]);

  await ask('PUT', '/v1/custom-lists/own', { name: 'Own' });
  await customLists.upload('own', { text: 'parka,cap\n', mode: 'replace', plain: (cell) => cell });
  expect((await recs('PUT', path, custom('list:own'))).body).toMatchObject({
    configuration: custom('list:own').configuration,
  });
  expect([await shownFor('parka'), customLists.list().map(({ key }) => key)]).toEqual([['cap'], ['own']]);
  await recs('PUT', path, sent);
  expect(customLists.list()).toHaveLength(2);
  expect((await recs('DELETE', path)).status).toBe(200);
  expect(customLists.list().map(({ key }) => key)).toEqual(['own']);
  expect(await listFeeds.nextDue()).toBeNull();
});

it('what a custom criterion cannot have is refused, and leaves no list behind', async () => {
  const code = async (body: object) => {
    const { status, body: said } = await recs('POST', '/criteria/custom', body);
    return [status, (said['errors'] as { key: string }[])[0]!.key];
  };
  const ftp = { connection: { type: 'ftp', attributes: { SERVER: 'ftp.shop.example', FILENAME: 'a.csv' } } };
  const before = rooms.showing.customLists.list().length;
  expect(await code(custom('', ftp))).toEqual([422, 'TARGET_NOT_OFFERED']);
  expect(await code(custom('list:own', { environmentId: 4 }))).toEqual([422, 'TARGET_NOT_OFFERED']);
  expect(await code(custom('list:own', daily))).toEqual([400, 'API_INPUT_INVALID']);
  expect(await code(custom('list:absent'))).toEqual([422, 'CRITERION_INVALID']);
  expect(await code(custom('http://shop.example/list.csv', daily))).toEqual([400, 'FEED_URL_REFUSED']);
  expect(await code({ ...custom('https://shop.example/a.csv', daily), name: 'Cart' })).toEqual([
    422,
    'CRITERION_INVALID',
  ]);
  const byAttribute = { ...custom('https://shop.example/a.csv', daily), key: 'PROFILE_ATTRIBUTE' };
  expect(await code(byAttribute)).toEqual([400, 'API_INPUT_INVALID']);
  expect(rooms.showing.customLists.list()).toHaveLength(before);
});

it('a list of the shop’s own may be fetched by /v1 as well', async () => {
  await ask('PUT', '/v1/custom-lists/fetched', { name: 'Fetched' });
  expect((await ask('GET', '/v1/custom-lists/fetched/feed')).status).toBe(404);
  const feed = { url: `http://${hostOf()}/a.csv`, schedule: { every: 'day', at: '03:30' } };
  expect(await ask('PUT', '/v1/custom-lists/fetched/feed', feed)).toEqual({
    status: 200,
    body: { ...feed, history: [] },
  });
  expect((await ask('PUT', '/v1/custom-lists/fetched/feed', { ...feed, schedule: { every: 'hour' } })).status).toBe(
    400,
  );
  await rooms.showing.listFeeds.work();
  expect((await ask('GET', '/v1/custom-lists/fetched/feed')).body).toMatchObject({
    history: [{ status: 'Successful' }],
  });
  expect((await ask('DELETE', '/v1/custom-lists/fetched/feed')).body).toEqual({ removed: true });
});

it('what comes with Beckon is shown with the word for what Target cannot say, and is not changed', async () => {
  const { body } = await recs('GET', '/criteria');
  const list = body['list'] as { id: number; name: string; criteriaGroup: string; beckon?: { shipped?: boolean } }[];
  expect(list.length).toBeGreaterThan(5);
  expect(list.every(({ beckon }) => beckon?.shipped === true)).toBe(true);
  for (const { id, criteriaGroup, ...said } of list) {
    const path = `/criteria/${criteriaGroup.toLowerCase()}/${id}`;
    const { status, body: answer } = await recs('PUT', path, { ...said, id, criteriaGroup, name: `${said.name} 2` });
    expect([path, status, answer]).toMatchObject([path, 409, { errors: [{ key: 'CRITERION_SHIPPED' }] }]);
  }
});
