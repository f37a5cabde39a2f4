import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { shopifyOrder, signed } from '../../test/support/shop-platforms.ts';
import type { Store } from '../store/index.ts';
import type { WebhookView } from './contract-webhook.ts';
import { buildServer } from './server.ts';
import { migrations } from './table.ts';
import { Webhooks } from './webhooks.ts';

const [old, fresh, newest] = ['the-old-secret', 'the-new-secret', 'the-newest-secret'];
const hour = 3_600_000;
let store: Store;
let house: FakeHouse;
let app: FastifyInstance;
let orders = 0;

beforeAll(async () => {
  store = await freshStore(migrations);
});
beforeEach(async () => {
  await store.run({ text: 'truncate webhook' });
  house = fakeHouse();
  const { clock, ids, random, settings } = house;
  house.webhooks = new Webhooks({ store, clock, ids, random, ...settings });
  app = await buildServer(house);
  await put({ secret: old });
});

const headers = { authorization: `Bearer ${secretKey}` };
const put = (payload: object) =>
  app.inject({ method: 'PUT', url: '/v1/webhooks/shop', payload: { kind: 'shopify', ...payload }, headers });
const view = async () => (await app.inject({ url: '/v1/webhooks/shop', headers })).json<WebhookView>();

/** An order signed with this secret: what the door answers. */
async function delivered(secret: string, more: { packed?: boolean } = {}): Promise<number> {
  const body = JSON.stringify(shopifyOrder({ id: ++orders }));
  const reply = await app.inject({
    method: 'POST',
    url: '/hooks/shop',
    payload: more.packed ? gzipSync(body) : body,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-hmac-sha256': signed(body, secret),
      ...(more.packed ? { 'content-encoding': 'gzip' } : {}),
    },
  });
  return reply.statusCode;
}

it('a new secret ends the old one at once, unless it is to count for a while', async () => {
  await put({ secret: fresh });
  expect([await delivered(old), await delivered(fresh)]).toEqual([401, 200]);
});

it('while a sender changes over both count, then the old one does not any more (trust.md §3.6, overlap)', async () => {
  const changed = (await put({ secret: fresh, oldSecretFor: 'PT1H' })).json<WebhookView>();
  expect(Date.parse(changed.oldSecretUntil!)).toBe(house.clock.real() + hour);
  expect([await delivered(old), await delivered(fresh), await delivered('another')]).toEqual([200, 200, 401]);
  // Other settings leave it as it is.
  await put({ name: 'The shop' });
  expect(await delivered(old)).toBe(200);
  house.clock.advance(hour);
  expect([await delivered(old), await delivered(fresh)]).toEqual([401, 200]);
  expect((await view()).oldSecretUntil).toBeNull();
});

it('a third secret leaves only the second beside it, and one given again ends the overlap', async () => {
  await put({ secret: fresh, oldSecretFor: 'P1D' });
  await put({ secret: newest, oldSecretFor: 'P1D' });
  expect([await delivered(old), await delivered(fresh), await delivered(newest)]).toEqual([401, 200, 200]);
  await put({ secret: newest });
  expect([await delivered(fresh), await delivered(newest)]).toEqual([401, 200]);
});

it('both are sealed, and neither is shown', async () => {
  await put({ secret: fresh, oldSecretFor: 'P1D' });
  const stored = JSON.stringify([await store.rows({ text: 'select * from webhook' }), await view()]);
  for (const secret of [old, fresh]) expect(stored).not.toContain(secret);
});

it.each([
  [{ oldSecretFor: 'P1D' }, 'Only a new secret'],
  [{ secret: fresh, oldSecretFor: 'P31D' }, '30 days'],
  [{ secret: fresh, oldSecretFor: 'a day' }, 'is not a duration'],
])('%j is refused: %s', async (payload, why) => {
  const reply = await put(payload);
  expect([reply.statusCode, reply.json<{ detail: string }>().detail]).toEqual([400, expect.stringContaining(why)]);
  expect(await delivered(old)).toBe(200);
});

it('a packed body is signed as it was before it was packed', async () => {
  expect(await delivered(old, { packed: true })).toBe(200);
  expect(house.received.length).toBeGreaterThan(0);
});
