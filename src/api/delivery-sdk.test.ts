import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import TargetClient from '@adobe/target-nodejs-sdk';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { demoStream, fakeHouse, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { ecid } from '../../test/support/target.ts';
import { quietLog } from '../base/index.ts';
import { EventLog, Folder, migrations as eventMigrations } from '../event/index.ts';
import { migrations as profileMigrations, Profiles } from '../profile/index.ts';
import { buildServer } from './server.ts';

/** What the way between SDK and door does to the next answers, in turn; then it passes them on. */
type Fault = 'answer-lost' | 'down' | 'cut';

let house: FakeHouse;
let app: FastifyInstance;
let way: Server;
let log: EventLog;
let profiles: Profiles;
let folder: Folder;
let faults: Fault[];
/** Bodies as they came, and every host that the SDK called. */
let posted: string[];
let hosts: Set<string>;

beforeEach(async () => {
  const store = await freshStore([...eventMigrations, ...profileMigrations]);
  house = fakeHouse();
  const { clock, ids } = house;
  log = new EventLog({ store, ids });
  await log.putDatastream({
    ...demoStream,
    scopes: {
      'view:cart': { criterion: 'cart-based', format: 'html' },
      'home-html': { criterion: 'popular', format: 'html' },
    },
  });
  profiles = new Profiles({ store, clock, ids, log, onMerge: async () => {} });
  folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner: 'test',
    fold: async (tx, batch) => {
      await profiles.fold(tx, batch);
      return new Map();
    },
  });
  house.events = log;
  house.profiles = profiles;
  app = await buildServer(house);
  await app.listen({ port: 0, host: '127.0.0.1' });
  [faults, posted, hosts] = [[], [], new Set()];
  way = createServer((request, response) => void pass(request, response)).listen(0, '127.0.0.1');
  await once(way, 'listening');
});

afterEach(async () => {
  way.closeAllConnections();
  way.close();
  await app.close();
});

function hostOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  posted.push(body.toString('utf8'));
  const fault = faults.shift();
  if (fault === 'down') return void response.writeHead(503).end();
  const { authorization } = request.headers;
  const answer = await fetch(`http://${hostOf(app.server)}${request.url}`, {
    method: 'POST',
    headers: { 'content-type': request.headers['content-type']!, ...(authorization ? { authorization } : {}) },
    body,
  });
  if (fault === 'answer-lost') return void response.writeHead(502).end();
  if (fault === 'cut') return void request.socket.destroy();
  response.writeHead(answer.status, answer.statusText, { 'content-type': 'application/json' });
  response.end(await answer.text());
}

/** The SDK as shops have it; `/t/<key>` in the address makes it the shop's own word. */
function sdk(prefix = '') {
  return TargetClient.create({
    client: 'acme',
    organizationId: 'DEMO@AdobeOrg',
    serverDomain: `${hostOf(way)}${prefix}`,
    secure: false,
    timeout: 20_000,
    fetchApi: async (input, init) => {
      hosts.add(new URL(String(input)).host);
      return fetch(input, init);
    },
  });
}

const context = { channel: 'web', userAgent: 'Mozilla/5.0' };
const tnt = (id: string) => ({ namespace: 'tntid', id });
const history = (visitor: string) => log.history({ visitors: [visitor], limit: 50 });

it('getOffers: what is shown, what is remembered, and a second call that stays with us (golden example 10)', async () => {
  const client = sdk();
  const first = await client.getOffers({
    sessionId: 's1',
    request: {
      context: { ...context, address: { url: 'https://shop.example/p/coat-2' } },
      execute: {
        pageLoad: {},
        mboxes: [
          { name: 'popular', product: { id: 'coat-2' }, parameters: { 'user.categoryId': 'coats' } },
          { name: 'home-html' },
          { name: 'nobody-knows-it' },
        ],
      },
    },
  });
  const [json, html, none] = first.response.execute!.mboxes;
  expect(json).toMatchObject({ index: 0, name: 'popular', options: [{ type: 'json', content: { status: 'ok' } }] });
  expect(html!.options).toMatchObject([{ type: 'html', content: expect.stringContaining('Winter coat') }]);
  expect([none!.name, none!.options]).toEqual(['nobody-knows-it', undefined]);
  const { tntId } = first.response.id;
  expect(first.targetCookie.value).toContain(`PC#${tntId}#`);
  expect(first.targetLocationHintCookie).toBeUndefined();

  const second = await client.getOffers({
    targetCookie: first.targetCookie.value,
    request: { context, execute: { mboxes: [{ name: 'recently-viewed' }] } },
  });
  expect(second.response.id.tntId).toBe(tntId);
  expect(house.asked.at(-1)!.person!.viewed).toMatchObject([{ item: 'coat-2' }]);
  expect(hosts).toEqual(new Set([hostOf(way)]));
  await folder.drain();
  const { state } = (await profiles.find(tnt(tntId)))!;
  expect(state).toMatchObject({ viewed: [{ item: 'coat-2' }], categoryScores: [['coats', 10]], visits: 1 });
});

it('a cookie that Adobe once gave keeps its visitor, and we never send the SDK away (edge trap 3)', async () => {
  const client = sdk();
  const request = { id: { tntId: 'abc.35_0' }, context, execute: { mboxes: [{ name: 'popular' }] } };
  const answers = [await client.getOffers({ request }), await client.getOffers({ request })];
  for (const { response, targetLocationHintCookie } of answers) {
    expect([response.id.tntId, response.edgeHost, targetLocationHintCookie]).toEqual(['abc', undefined, undefined]);
  }
  expect(hosts).toEqual(new Set([hostOf(way)]));
});

it.each<Fault[]>([['down'], ['answer-lost'], ['cut']])(
  'eleven identical posts count once: %s (edge trap 4)',
  async (fault) => {
    faults = Array.from({ length: 10 }, () => fault);
    const product = { id: 'coat-1' };
    const order = { id: 'o-1', total: 20, purchasedProductIds: ['scarf-1'] };
    const answer = await sdk().getOffers({
      request: { context, execute: { mboxes: [{ name: 'popular', product, order }] } },
    });
    expect([posted.length, new Set(posted).size]).toEqual([11, 1]);
    const kept = await history(`tntid:${answer.response.id.tntId}`);
    expect(kept.map(({ types }) => types[0]).sort()).toEqual(['commerce.productViews', 'commerce.purchases']);
    await folder.drain();
    const { state } = (await profiles.find(tnt(answer.response.id.tntId)))!;
    // Without a key a purchase is a claim: it holds reminders back and is no revenue (trust row 77).
    expect([state.viewed.length, state.orders, state.claimedPurchaseUntil! > house.clock.now()]).toEqual([1, [], true]);
  },
);

it('what is refused is refused eleven times, with a reason that the SDK’s caller sees (§2.5)', async () => {
  const mboxes = Array.from({ length: 51 }, () => ({ name: 'popular' }));
  await expect(sdk().getOffers({ request: { context, execute: { mboxes } } })).rejects.toThrow(/between 0 and 50/);
  expect(posted).toHaveLength(11);
});

it('prefetch and views with sendNotifications: display and click count once, with item and place', async () => {
  const client = sdk();
  const prefetched = await client.getOffers({
    request: { context, prefetch: { mboxes: [{ name: 'popular' }], views: [{ name: 'cart' }] } },
  });
  const [shown] = prefetched.response.prefetch!.mboxes;
  const token = shown!.options![0]!.eventToken!;
  expect(shown!.metrics).toEqual([{ type: 'click', eventToken: token }]);
  expect(prefetched.response.prefetch!.views).toMatchObject([
    { name: 'cart', options: [{ type: 'html', content: expect.stringContaining('Winter coat') }] },
  ]);
  const visitor = `tntid:${prefetched.response.id.tntId}`;
  expect(await history(visitor)).toEqual([]);

  const tell = (id: string, type: string, more: object = {}) => ({
    id,
    type,
    timestamp: Date.now(),
    tokens: [token],
    ...more,
  });
  const notifications = [
    tell('n1', 'display', { mbox: { name: 'popular' } }),
    tell('n2', 'click', { mbox: { name: 'popular' }, product: { id: 'coat-1' } }),
    { ...tell('n3', 'display'), tokens: ['not-ours'] },
  ];
  for (const fault of ['answer-lost', 'cut'] as const) {
    faults = [fault];
    const told = await client.sendNotifications({
      targetCookie: prefetched.targetCookie.value,
      request: { context, notifications },
    });
    expect(told.response.notifications).toEqual([{ id: 'n1' }, { id: 'n2' }]);
  }
  const kept = (await history(visitor)).map(({ types, recommendation }) => [types[0], recommendation]);
  expect(kept.sort()).toEqual([
    ['decisioning.propositionDisplay', { id: 'token-1', criterion: 'popular' }],
    ['decisioning.propositionInteract', { id: 'token-1', criterion: 'popular', item: 'coat-1', position: 1 }],
  ]);
});

it('takes what the SDK sends besides: the page’s own ids, an app’s context, telemetry, analytics, a property', async () => {
  const client = TargetClient.create({
    client: 'acme',
    organizationId: 'ABC@AdobeOrg',
    serverDomain: hostOf(way),
    secure: false,
    propertyToken: 'demo',
    telemetryEnabled: true,
  });
  const visitorCookie = `MCMID|${ecid}`;
  const mobilePlatform = { deviceName: 'x', deviceType: 'phone', platformType: 'ios', version: '1' };
  for (const product of [{ id: 'coat-1' }, { id: 'coat-2', categoryId: 'coats' }]) {
    await client.getOffers({
      visitorCookie,
      customerIds: { crm: { id: 'c-9', authState: 1 } },
      request: {
        context: { channel: 'mobile', mobilePlatform, timeOffsetInMinutes: 60, userAgent: 'App/1.0 (iPhone)' },
        impressionId: 'i-1',
        environmentId: 7,
        execute: { mboxes: [{ name: 'popular', product }] },
      },
    });
  }
  expect(posted[1]).toMatch(/"telemetry".*/);
  expect(posted[1]).toContain('supplementalDataId');
  const kept = await history(`ecid:${ecid}`);
  expect(kept.map(({ source, level, items }) => [source, level, items![0]!.id]).sort()).toEqual([
    ['delivery:demo', 1, 'coat-1'],
    ['delivery:demo', 1, 'coat-2'],
  ]);
  expect(kept[0]!.claims).toEqual([{ namespace: 'crm', id: 'c-9' }]);
});

it('getAttributes reads the items of an mbox, since they come as an object', async () => {
  const attributes = await sdk().getAttributes(['popular'], { sessionId: 's1' });
  expect(attributes.asObject('popular')).toMatchObject({ status: 'ok', items: [{ id: 'coat-1' }] });
});

it('a request with nothing in it is answered with an id: the SDK’s ping', async () => {
  const { response } = await sdk().getOffers({ request: { context } });
  expect([response.status, response.client, response.id.tntId]).toEqual([
    200,
    'DEMO@AdobeOrg',
    expect.stringMatching(/^\w{32}$/),
  ]);
});

it('with the key in serverDomain the shop’s server says who somebody is and what they bought', async () => {
  const customerIds = [{ id: 'c-7', integrationCode: 'crm', authenticatedState: 'authenticated' }];
  const device = await sdk().getOffers({
    request: { context, execute: { mboxes: [{ name: 'popular', product: { id: 'coat-1' } }] } },
  });
  const { tntId } = device.response.id;
  const order = { id: 'o-1', total: 49.5, purchasedProductIds: ['coat-1'], time: new Date(house.clock.now() - 60_000) };
  const mboxes = [{ name: 'recently-viewed', order, profileParameters: { tier: 'gold' } }];
  const id = { tntId, thirdPartyId: 'u42', customerIds };
  await sdk(`/t/${secretKey}`).getOffers({ request: { id, context, execute: { mboxes } } });
  await folder.drain();
  const person = (await profiles.find({ namespace: 'thirdpartyid', id: 'u42' }))!;
  expect(person.state).toMatchObject({
    viewed: [{ item: 'coat-1' }],
    orders: [{ id: 'o-1', totalMinor: 4950, currency: 'EUR', at: house.clock.now() - 60_000 }],
    attributes: { tier: 'gold' },
  });
  expect((await profiles.find({ namespace: 'crm', id: 'c-7' }))!.id).toBe(person.id);

  const ask = (prefix: string) =>
    sdk(prefix).getOffers({
      request: { id: { thirdPartyId: 'u42' }, context, execute: { mboxes: [{ name: 'recently-viewed' }] } },
    });
  await ask('');
  expect(house.asked.at(-1)!.person).toBeNull();
  await ask(`/t/${secretKey}`);
  expect(house.asked.at(-1)!.person).toMatchObject({ profileId: person.id, purchased: ['coat-1'] });
});
