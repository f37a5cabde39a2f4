import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Analytics } from '@segment/analytics-node';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, publishableKey, secretKey } from '../../test/support/house.ts';
import { quietLog } from '../base/index.ts';
import { EventLog, Folder, migrations as eventMigrations } from '../event/index.ts';
import { migrations as profileMigrations, Profiles } from '../profile/index.ts';
import { buildServer } from './server.ts';

/** What the way between library and door does to the next requests, in turn; then it passes them on. */
type Fault = 'answer-lost' | 'slow-down' | 'down';

let app: FastifyInstance;
let way: Server;
let log: EventLog;
let profiles: Profiles;
let folder: Folder;
let faults: Fault[];
let calls: number;
let library: Analytics;

beforeEach(async () => {
  const store = await freshStore([...eventMigrations, ...profileMigrations]);
  const house = fakeHouse();
  const { clock, ids } = house;
  log = new EventLog({ store, ids });
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
  house.profiles.collectConsent = (id, namespace) => profiles.collectConsent(id, namespace);
  app = await buildServer(house);
  await app.listen({ port: 0, host: '127.0.0.1' });
  faults = [];
  calls = 0;
  way = createServer((request, response) => void pass(request, response)).listen(0, '127.0.0.1');
  await once(way, 'listening');
  library = new Analytics({ writeKey: secretKey, host: addressOf(way), flushAt: 20, flushInterval: 60_000 });
});

afterEach(async () => {
  way.closeAllConnections();
  way.close();
  await app.close();
});

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  calls++;
  const fault = faults.shift();
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  if (fault === 'down') return void response.writeHead(500).end();
  if (fault === 'slow-down') return void response.writeHead(429, { 'retry-after': '1' }).end();
  const answer = await fetch(`${addressOf(app.server)}${request.url}`, {
    method: 'POST',
    headers: { authorization: request.headers.authorization!, 'content-type': request.headers['content-type']! },
    body: Buffer.concat(pieces),
  });
  if (fault === 'answer-lost') return void response.writeHead(502).end();
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}

const email = { namespace: 'email', id: 'ada@example.com' };
const address = 'ada@example.com';

it('the unmodified library for Node: who somebody is, what they did and what they bought', async () => {
  library.identify({
    userId: 'u1',
    anonymousId: 'device-1',
    traits: { email: address, firstName: 'Ada', consent: { 'email-marketing': 'in' } },
  });
  library.page({ anonymousId: 'device-1', name: 'Coats', properties: { url: 'https://shop.example/coats' } });
  library.track({ anonymousId: 'device-1', event: 'Product Viewed', properties: { product_id: 'coat-1' } });
  library.track({ anonymousId: 'device-1', event: 'Product Added', properties: { product_id: 'coat-1', quantity: 2 } });
  library.track({
    userId: 'u1',
    event: 'Order Completed',
    properties: {
      order_id: 'o-1',
      total: 129.9,
      currency: 'EUR',
      products: [{ product_id: 'scarf-1', quantity: 1, price: 129.9 }],
    },
  });
  library.screen({ anonymousId: 'device-1', name: 'Start' });
  library.group({ userId: 'u1', groupId: 'g1' });
  library.alias({ userId: 'u1', previousId: 'device-2' });
  await library.flush({ close: true });
  expect(calls).toBe(1);
  await folder.drain();
  const ada = await profiles.find(email);
  expect(ada!.state).toMatchObject({
    email: address,
    attributes: { firstName: 'Ada' },
    viewed: [{ item: 'coat-1' }],
    cart: { lines: [{ item: 'coat-1', quantity: 2 }] },
    orders: [{ id: 'o-1', totalMinor: 12_990, currency: 'EUR', items: [{ id: 'scarf-1', quantity: 1 }] }],
  });
  expect(ada!.state.consent['email-marketing']?.state).toBe('in');
  for (const id of ['device-1', 'device-2']) {
    expect((await profiles.find({ namespace: 'anonymousid', id }))!.id).toBe(ada!.id);
  }
});

it('what is sent again after 500, 429 and a lost answer counts once (trust row 71)', async () => {
  faults = ['down', 'slow-down', 'answer-lost'];
  library.identify({ userId: 'u1', traits: { email: address } });
  library.track({ userId: 'u1', event: 'Product Added', properties: { product_id: 'coat-1', quantity: 1 } });
  library.track({
    userId: 'u1',
    event: 'Order Completed',
    properties: { order_id: 'o-1', total: 20, currency: 'EUR', products: [{ product_id: 'scarf-1' }] },
  });
  const failed: unknown[] = [];
  library.on('error', (error) => failed.push(error));
  await library.flush({ close: true });
  expect([calls, failed]).toEqual([4, []]);
  await folder.drain();
  const { state } = (await profiles.find(email))!;
  expect(state.orders).toHaveLength(1);
  expect(state.cart!.lines).toMatchObject([{ item: 'coat-1', quantity: 1 }]);
});

it('tells the library which call could not be taken, and keeps the others of its batch', async () => {
  library.track({ userId: 'u1', event: 'Order Completed', properties: { total: 20 } });
  library.track({ userId: 'u1', event: 'Quiz Finished', properties: { score: 7 } });
  const answers: unknown[] = [];
  library.on('http_response', ({ status }) => answers.push(status));
  await library.flush({ close: true });
  expect(answers).toEqual([200]);
  const kept = await log.history({ visitors: ['crm:u1'], limit: 10 });
  expect(kept.map(({ types }) => types)).toEqual([['Quiz Finished']]);
});

it('a wrong key and a batch of nothing usable end at once, without being sent again', async () => {
  for (const [writeKey, properties] of [
    ['sk_wrong-key-of-nobody', { total: 20, order_id: 'o' }],
    [secretKey, { total: 20 }],
  ] as const) {
    const other = new Analytics({ writeKey, host: addressOf(way), flushAt: 1 });
    const failed: unknown[] = [];
    other.on('error', (error) => failed.push(error.code));
    calls = 0;
    other.track({ userId: 'u1', event: 'Order Completed', properties });
    await other.flush({ close: true });
    expect([calls, failed]).toEqual([1, ['delivery_failure']]);
  }
});

it('a device that declines to be recorded is recorded no more, at once (trust row 87)', async () => {
  const page = new Analytics({ writeKey: publishableKey, host: addressOf(way), flushAt: 1 });
  const say = async (work: () => void) => {
    const answered = new Promise((done) => page.once('http_response', done));
    work();
    await answered;
  };
  await say(() => page.track({ anonymousId: 'device-1', event: 'Before' }));
  await say(() => page.identify({ anonymousId: 'device-1', traits: { consent: { collect: 'out' } } }));
  await say(() => page.track({ anonymousId: 'device-1', event: 'Unread' }));
  await folder.drain();
  await say(() => page.track({ anonymousId: 'device-1', event: 'Folded' }));
  await page.flush({ close: true });
  const kept = await log.history({ visitors: ['anonymousid:device-1'], limit: 10 });
  expect(kept.map(({ types }) => types[0]).sort()).toEqual(['Before', 'profile.consent']);
});
