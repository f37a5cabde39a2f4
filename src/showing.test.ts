import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { readSettings } from './settings.ts';

let rooms: Rooms;
let doors: Doors;

beforeAll(async () => {
  const store = await freshStore(migrations);
  const settings = readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9'], {
    BECKON_FROM: 'Shop <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  rooms = await joinRooms({ ...settings, secret: 's'.repeat(40), databaseUrl: store.url }, { store, log: quietLog });
  await rooms.events.putDatastream({ id: 'default', name: '', orgId: null, allowedOrigins: [], fpidCookie: null });
  doors = await openDoors(rooms);
});
afterAll(() => doors.close());

async function call<T>(method: 'GET' | 'POST' | 'PUT', url: string, body?: object): Promise<T> {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const reply = await doors.callOwn({
    method,
    url,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    timeoutMs: 20_000,
  });
  expect([reply.status, reply.text]).toEqual([200, expect.any(String)]);
  return JSON.parse(reply.text) as T;
}

const ecid = '7'.repeat(38);
interface Place {
  options?: { type: string; content: unknown; eventToken: string; responseTokens: Record<string, string> }[];
  trace?: { noContent?: string; activities?: object[] };
}

async function ask(more: object = {}, body: object = {}): Promise<Place> {
  const answer = await call<{ execute: { mboxes: Place[] } }>('POST', '/rest/v1/delivery?client=default&sessionId=s1', {
    id: { marketingCloudVisitorId: ecid },
    context: { channel: 'web', userAgent: 'Mozilla/5.0' },
    trace: {},
    ...body,
    execute: { mboxes: [{ index: 0, name: 'home-recs', ...more }] },
  });
  return answer.execute.mboxes[0]!;
}

async function settle(): Promise<void> {
  await rooms.folder.drain();
  await rooms.follower.catchUp();
}

it('a shop makes an activity, its members see it, click, buy, and the numbers tell', async () => {
  const items = ['coat', 'scarf', 'hat'].map((id) => ({
    id,
    name: `A "${id}"`,
    price: 19.5,
    currency: 'EUR',
    categories: ['c'],
    attributes: { brand: 'Nord' },
  }));
  await call('POST', '/v1/items', items);
  await call('PUT', '/v1/audiences/gold', { name: 'Gold', rule: 'profile.attributes.tier == "gold"' });
  await call('PUT', '/v1/designs/row', {
    name: 'Row',
    type: 'json',
    language: 'velocity',
    script:
      '{"tier": "\\${user.tier}", "items": [#foreach($e in $entities){"name": "$e.name", "brand": "$e.brand", "price": $e.value}#if($foreach.hasNext),#end#end]}',
    slots: 2,
  });
  const activity = {
    name: 'Home',
    location: 'home-recs',
    audience: 'gold',
    recommend: { criteria: [{ criterion: 'popular' }], designs: [{ design: 'row' }] },
  };
  await call('PUT', '/v1/activities/home', activity);
  await call('POST', '/v1/activities/home/publish');

  await ask({ product: { id: 'hat' } });
  expect(await ask()).toMatchObject({ trace: { activities: [{ activity: 'home', why: 'not in the audience' }] } });
  await call('POST', '/v1/profiles', {
    identities: { ECID: ecid, email: 'ada@example.com' },
    attributes: { tier: 'gold' },
  });
  await settle();
  const { options } = await ask();
  const content = { tier: 'gold', items: [{ name: 'A "hat"', brand: 'Nord', price: 19.5 }, { brand: 'Nord' }] };
  expect(options).toMatchObject([{ type: 'json', content, responseTokens: { 'experience.id': 'popular.row' } }]);

  await call('PUT', '/v1/collections/warm', { name: 'Warm', rules: ['item.id != "coat"'] });
  await call('PUT', '/v1/promotions/first', { name: 'First', front: 1, ids: ['coat', 'scarf'] });
  const ruled = { ...activity, recommend: { ...activity.recommend, collection: 'warm', promotions: ['first'] } };
  await call('PUT', '/v1/activities/home', ruled);
  await call('POST', '/v1/activities/home/publish');
  expect((await ask()).trace).toMatchObject({ offers: [{ filtered: [{ rule: 'collection "Warm"', count: 1 }] }] });
  expect((await ask()).options![0]!.content).toMatchObject({ items: [{ name: 'A "scarf"' }, { name: 'A "hat"' }] });
  const gone = rooms.rules.definitions.remove('collection', 'warm');
  await expect(gone).rejects.toThrow('the activity "home"');

  // What holds in one environment holds in its answers and designs, and nowhere else (CAT-14).
  await call('POST', '/v1/items', [
    { id: 'hat', environment: '1066', name: 'A topper', price: 25, attributes: { brand: 'Syd' } },
    { id: 'scarf', environments: { 'shop-uk': { sold: false } } },
  ]);
  const namesIn = async (environmentId?: unknown) =>
    ((await ask({}, { environmentId })).options![0]!.content as { items: object[] }).items;
  expect(await namesIn(1066)).toMatchObject([{ name: 'A "scarf"' }, { name: 'A topper', brand: 'Syd', price: 25 }]);
  expect(await namesIn('shop-uk')).toMatchObject([{ name: 'A "hat"', brand: 'Nord', price: 19.5 }]);
  for (const other of [undefined, 1, 'shop-de', '', 'no name at all', { id: 1066 }]) {
    expect(await namesIn(other)).toMatchObject([{ name: 'A "scarf"' }, { name: 'A "hat"', price: 19.5 }]);
  }

  const { eventToken } = options![0]!;
  const notice = (id: string, type: string) => ({
    id,
    type,
    timestamp: rooms.clock.now(),
    tokens: [eventToken],
    ...(type === 'click' ? { product: { id: 'hat' } } : {}),
  });
  await call('POST', '/rest/v1/delivery?client=default&sessionId=s1', {
    id: { marketingCloudVisitorId: ecid },
    context: { channel: 'web', userAgent: 'Mozilla/5.0' },
    notifications: [notice('n1', 'display'), notice('n2', 'click'), notice('n2', 'click')],
  });
  await settle();
  await call('POST', '/v1/events', [
    {
      id: 'o-1',
      type: 'commerce.purchases',
      identities: { email: 'ada@example.com' },
      order: { id: 'o-1', total: 39, currency: 'EUR' },
      items: [{ id: 'hat', quantity: 2 }],
    },
  ]);
  await settle();
  expect(await call('GET', '/v1/activities/home/numbers')).toEqual({
    experiences: [
      {
        experience: 'popular.row',
        people: 1,
        impressions: 1,
        clicks: 1,
        clickers: 1,
        orders: 1,
        revenue: [{ amount: 39, currency: 'EUR' }],
      },
    ],
  });
});
